"""The console and the API, asked in-process."""
