"""Calls tried without a telephone: by hand in a terminal, and by the tests that stand beside the flows."""
