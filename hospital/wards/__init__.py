"""The wards and whom to call there."""
