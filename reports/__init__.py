"""Questions over what happened, which only read: calls by hour and day, keys by menu, how soon alerts were confirmed.

Days that are over are added up once and kept (roll-ups); today is read live. Pages and files are for others.
"""
