"""Calls: the switch, legs, conversations and the flow language."""
