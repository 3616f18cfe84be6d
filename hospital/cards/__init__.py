"""Patients' cards: who holds them, their PINs, their money."""
