"""Examinations: kinds and rooms, the queue of the day before each room, and how long it will take."""
