"""Notices: whom an event calls, in which order, until somebody confirms."""
