"""The clinic: departments, experts on duty, registration, bookings."""
