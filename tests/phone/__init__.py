"""Telephones for tests: they dial, ring, press keys and hear what is said to them."""
