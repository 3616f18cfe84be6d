"""What people and other systems open in a browser or ask by HTTP: the console and the API.

Runs in a thread of its own beside the engine, on the same transactions; what it wants of calls in progress goes through
one door (`web.door`). A page is a folder under `web/pages/`.
"""
