"""The whole service, seen from the patient's and the nurse's telephone."""
