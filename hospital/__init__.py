"""The hospital's rules, telephone or not: cards, ledger, registration, wards."""
