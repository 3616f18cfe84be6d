"""`wardbell doctor`: what is missing or risky on this machine, each with what to do about it."""
