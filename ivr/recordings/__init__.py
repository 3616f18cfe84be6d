"""What callers said, kept on disk and in a table."""
