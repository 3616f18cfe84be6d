"""What the hospital edits, as one bundle: read, checked across files, published, watched and taken back."""
