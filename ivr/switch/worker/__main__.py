"""`python -m ivr.switch.worker`: one media worker, started by the engine with a socket to talk on."""

from ivr.switch.worker.worker import main

main()
