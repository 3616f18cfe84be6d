"""What a call leaves behind: its rows, and what may be said of people in a log."""
