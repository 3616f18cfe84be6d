"""Who may use the console and the API, and who did what: users, roles and rights, sessions, keys, the audit.

Knows no page: `web/` asks it who is there and what he may.
"""
