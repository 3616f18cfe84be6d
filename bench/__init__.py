"""Measures the whole service from outside: SIPp calls it, the kernel tells what it cost.

`python -m bench --help`. Figures are reported, never asserted; docs/performance.md keeps them.
Needs root (tcpdump, the raw sockets of SIPp's pcap play) and talks to 127.0.0.1 only.
"""
