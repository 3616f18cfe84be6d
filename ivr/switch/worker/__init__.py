"""What runs in a media worker, the process beside the engine: no Twisted, no database, no rules."""
