"""What goes on now, told to browsers: a snapshot and then numbered changes, as server-sent events.

`feed.py` numbers changes and keeps the last ones; `audience.py` says who is told what; `frames.py` writes them down
once for all who hear the same; `watchers.py` lets many hear them while anybody does; `stream.py` is one answer that
does not end. Where it comes from: the engine (`engine.py`) and the database (`standing.py`); as plain values for
pages and JSON: `plain.py`.
"""
