"""A wrong setting is reported in a sentence, by its name, and nothing starts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from db.migrate import upgrade
from wardbell.settings import SettingsError, load


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('[hl7]\npeers = ["10.1.2.3", "HIS"]', 'setting hl7.peers: "HIS" is not an address or a network'),
        ('[hl7]\nencoding = "KLINGON"', 'setting hl7.encoding: "KLINGON" is not a known character set'),
        ('[hl7]\nguess = ["utf-8", "ANSI"]', 'setting hl7.guess.1: "ANSI" is not a known character set'),
        ("[sip]\nprot = 5060", "setting sip.prot: there is no such setting"),
        ('zone = "Asia/Nowhere"', 'setting zone: no time zone "Asia/Nowhere"'),
        ("[sip]\nport = 99999", "setting sip.port: "),
        ("sip", "wardbell.toml: "),
    ],
)
def test_each_wrong_setting_is_told_by_its_name(tmp_path: Path, toml: str, told: str) -> None:
    file = tmp_path / "wardbell.toml"
    file.write_text(toml)
    with pytest.raises(SettingsError) as wrong:
        load(file)
    assert told in str(wrong.value)


def test_networks_are_taken() -> None:
    os.environ["WARDBELL_HL7__PEERS"] = '["10.1.2.0/24", "fe80::1"]'
    try:
        assert load().hl7.peers == ("10.1.2.0/24", "fe80::1")
    finally:
        del os.environ["WARDBELL_HL7__PEERS"]


def wardbell(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`wardbell run` that cannot start."""
    environment = {**os.environ, **{f"WARDBELL_{name}": value for name, value in settings.items()}}
    return subprocess.run(
        [sys.executable, "-m", "wardbell.cli", "run"],
        env={"PYTHONPATH": str(Path(__file__).parents[2]), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_data_folder_that_cannot_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = wardbell(tmp_path, DATA_DIR=str(tmp_path / "file"))
    assert ended.returncode == 1
    assert f"data_dir {tmp_path / 'file'}: File exists" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_taken_hl7_port_is_told_in_a_sentence(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'wardbell.db'}")
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as other:
        port, sip = taken.getsockname()[1], other.getsockname()[1]
        other.close()
        ended = wardbell(tmp_path, DATA_DIR=str(tmp_path), HL7__PORT=str(port), SIP__PORT=str(sip))
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == (
        f"wardbell: HL7 cannot listen on 127.0.0.1:{port}: [Errno 98] Address already in use"
    )
    assert "Traceback" not in ended.stderr


def test_a_missing_folder_of_recordings_is_told_in_a_sentence(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'wardbell.db'}")
    ended = wardbell(tmp_path, DATA_DIR=str(tmp_path), RECORDINGS_DIR=str(tmp_path / "none"))
    assert ended.returncode == 1
    assert f"recordings_dir {tmp_path / 'none'}: there is no such folder" in ended.stderr
    assert "Traceback" not in ended.stderr
