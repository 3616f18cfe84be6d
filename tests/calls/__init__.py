"""Legs, conversations and the switchboard, over the fake switch."""
