"""SIP and audio: worker processes that hold calls, and the pool that the engine sees."""
