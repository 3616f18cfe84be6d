"""Calling out: events from the hospital's systems, notices, the outbox, escalation."""
