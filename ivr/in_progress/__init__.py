"""Calls in progress as whoever watches the line sees them: who, where in his flow, with whom, since when."""
