"""`wardbell doctor` as IT types it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from db import migrate
from wardbell.commands.doctor import doctor
from wardbell.parts import Parts
from wardbell.settings import Hl7, Settings, Sip


def settings(folder: Path, sip_port: int | None = None) -> Settings:
    with socket.socket() as one, socket.socket() as other:
        for free in (one, other):
            free.bind(("127.0.0.1", 0))
        sip, hl7 = one.getsockname()[1], other.getsockname()[1]
    return Settings(data_dir=folder / "var", sip=Sip(port=sip_port or sip), hl7=Hl7(port=hl7))


def examine(parts: Parts, *words: str) -> Result:
    try:
        return CliRunner().invoke(doctor, words, obj=parts)
    finally:
        parts.close()


def test_a_machine_without_a_database_is_told_what_to_do_and_left_alone(tmp_path: Path) -> None:
    done = examine(Parts(settings(tmp_path)))
    assert done.exit_code == 1
    assert "ERROR   there is no database yet\n        -> wardbell db upgrade" in done.output
    assert done.output.endswith(" warnings\n")
    assert list(tmp_path.iterdir()) == []


def test_warnings_alone_leave_the_exit_code_at_0(tmp_path: Path) -> None:
    parts = Parts(settings(tmp_path))
    parts.data_dir()
    migrate.upgrade(parts.settings.database_url)
    done = examine(parts, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert ("warning", "no clinic is open for registration") in {(one["level"], one["what"]) for one in found}
    assert {one["level"] for one in found} == {"ok", "warning"}


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_taken_sip_port_ends_with_1(tmp_path: Path, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as held:
        held.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            held.listen()
        done = examine(Parts(settings(tmp_path, held.getsockname()[1])))
    assert done.exit_code == 1
    assert "is taken by" in done.output


def test_the_port_of_every_worker_is_looked_at(tmp_path: Path) -> None:
    quiet = settings(tmp_path)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        second = held.getsockname()[1]
        several = Sip(port=second - 2, workers_max=2)
        done = examine(Parts(quiet.model_copy(update={"sip": several})))
    assert f":{second}" in done.output
    assert "is taken by" in done.output
