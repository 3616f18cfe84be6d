"""What happened, counted: figures of the book are those of a plain count."""
