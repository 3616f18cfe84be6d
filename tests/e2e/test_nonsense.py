"""Two hundred requests of nonsense a second at the console: calls go on, and who makes sense is answered."""

from __future__ import annotations

import http.client
import socket
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Template, build
from tests.e2e.nonsense import EACH, THREADS, nonsense

pytestmark = pytest.mark.slow

def test_a_patient_is_served_while_somebody_floods_the_console(template: Template, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    house = build(template, tmp_path, web__port=port)
    try:
        with nonsense(port) as sent, house.caller() as patient:
            patient.hears("main.welcome", "main.services")
            for _ in range(5):  # each key is answered with the menu
                patient.presses("*").hears("main.services")
            while sent[0] < THREADS * EACH:
                time.sleep(0.1)
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        asking.request("GET", "/", headers={"Accept": "text/html"})
        answer = asking.getresponse()
        assert answer.status in (200, 303)
        asking.close()
        assert "failed (" not in house.line.log  # a fault of ours, with its number
    finally:
        house.close()
