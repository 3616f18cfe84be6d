"""What happened, told to other systems over HTTP: whom, signed how, sent until it is heard.

A room tells (`outbox.tell`) in the transaction of what it did; what it was is the room's own word.
"""
