"""PINs as they are kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from hospital.cards.pins import PepperedPins, Pins, PlainPins, load_pepper
from hospital.errors import BadPepper

PINS = PepperedPins(b"p" * 32)


@pytest.mark.parametrize("pins", [PINS, PlainPins()], ids=["real", "fake"])
class TestBothKindsOfPins:
    def test_a_pin_is_right_only_on_its_card(self, pins: Pins) -> None:
        stored = pins.hash("100001", "1123")
        assert pins.verify("100001", "1123", stored)
        assert not pins.verify("100001", "123", stored)
        assert not pins.verify("100002", "1123", stored)

    def test_nothing_stored_is_never_right(self, pins: Pins) -> None:
        assert not pins.verify("100001", "1123", None)
        assert not pins.verify("100001", "1123", "not a hash")


def test_a_stolen_table_is_worth_nothing_without_the_pepper() -> None:
    stored = PINS.hash("100001", "1123")
    assert stored.startswith("$argon2id$")
    assert not PepperedPins(b"q" * 32).verify("100001", "1123", stored)


def test_a_short_pepper_is_refused() -> None:
    with pytest.raises(BadPepper, match="needs 32"):
        PepperedPins(b"p" * 16)


def test_the_pepper_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "pepper"
    pepper = load_pepper(path)
    assert len(pepper) == 32
    assert load_pepper(path) == pepper
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("written", ["", "abcd", "not hex digits at all, but long enough to be some, or is it not?"])
def test_a_pepper_that_is_none_is_refused(tmp_path: Path, written: str) -> None:
    path = tmp_path / "pepper"
    path.write_text(written)
    with pytest.raises(BadPepper):
        load_pepper(path)


def test_a_pepper_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadPepper):
        load_pepper(tmp_path / "missing" / "pepper")
