"""The rooms of the engine put together, one file a room: which parts it has, what it hands to the others, what it
begins and what it does from time to time. In which order, is the service's (`wardbell.service`).

A room is handed the rooms that it needs, made before it; none is handed what is made later. What does need that (a
call that is put through needs the switch, which needs the switchboard) is told in one visible step of the service.
"""
