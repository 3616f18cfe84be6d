"""Somebody of IT hears what the line says, records a text, and sees what is missing in which language."""

from __future__ import annotations

import array
import io
import math
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.audit import AuditQuery, find
from prompts.store import Store
from prompts.studio import Studio
from tests.editions.conftest import bundle
from tests.web.browser import ADDRESS, Browser
from tests.web.flow_site import with_flows
from web.site import Site

SignIn = Callable[..., Browser]


@pytest.fixture
def site(site: Site, tmp_path: Path) -> Site:
    """A console on which texts are worked on."""
    return with_flows(site, bundle(), tmp_path)


@pytest.fixture
def it(sign_in: SignIn) -> Browser:
    """Somebody of IT."""
    return sign_in("it", name="chen")


def tone(seconds: float, loud: float = 0.2) -> bytes:
    """A WAV of so many seconds."""
    samples = array.array("h", (int(32767 * loud * math.sin(n / 3)) for n in range(int(8000 * seconds))))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return out.getvalue()


def brings(browser: Browser, sound: bytes, name: str = "main.welcome", language: str = "en") -> Any:
    fields = {"csrf": browser.csrf, "language": language, "name": name}
    return browser.post("/texts/recording", data=fields, files={"sound": ("x.wav", sound)}, headers={"Origin": ADDRESS})


def test_every_text_stands_there_with_who_speaks_it(it: Browser) -> None:
    page = it.get("/texts?language=en&word=main.welcome").text
    assert "Hello, and welcome to the hospital." in page
    assert "no sound yet" in page


def test_a_text_without_sound_gets_it(it: Browser) -> None:
    assert it.get("/texts/clip?language=en&name=main.welcome").status_code == 404
    it.submit("/texts/render", language="en", name="main.welcome")
    clip = it.get("/texts/clip?language=en&name=main.welcome")
    assert (clip.status_code, clip.content[:4]) == (200, b"RIFF")


def test_a_recording_is_looked_at_taken_heard_and_noted(it: Browser, site: Site, tmp_path: Path) -> None:
    answer = brings(it, tone(2.5))
    assert answer.headers["location"].endswith("said=good")
    assert "The recording is taken." in it.get(answer.headers["location"]).text
    assert (tmp_path / "recordings" / "en" / "main.welcome.wav").exists()
    assert it.get("/texts/clip?language=en&name=main.welcome").status_code == 200
    assert "main.welcome" in it.get("/texts?language=en&show=recorded").text
    (noted,) = site.database.run_now(find, AuditQuery(noun="text"))
    assert (noted.who, noted.action, noted.key) == ("chen", "record", "en/main.welcome")


def deletes(browser: Browser, name: str = "main.welcome", language: str = "en") -> Any:
    return browser.submit("/texts/recording/delete", language=language, name=name)


def test_a_recording_is_deleted_and_the_voice_is_heard_again(it: Browser, site: Site, tmp_path: Path) -> None:
    it.submit("/texts/render", language="en", name="main.welcome")
    spoken = it.get("/texts/clip?language=en&name=main.welcome").content
    brings(it, tone(2.5))
    assert it.get("/texts/clip?language=en&name=main.welcome").content != spoken
    answer = deletes(it)
    assert "a voice says the text again" in it.get(answer.headers["location"]).text
    assert list((tmp_path / "recordings").rglob("*.wav")) == []
    assert it.get("/texts/clip?language=en&name=main.welcome").content == spoken
    [noted, _] = site.database.run_now(find, AuditQuery(noun="text"))
    assert (noted.who, noted.action, noted.key) == ("chen", "delete recording", "en/main.welcome")
    assert deletes(it).status_code == 404


def test_a_recording_without_which_nothing_would_be_heard_stays(site: Site, it: Browser, tmp_path: Path) -> None:
    brings(it, tone(2.5))
    assert site.flows is not None
    store, recordings = Store(tmp_path / "store"), tmp_path / "recordings"
    site.flows.studio_of = lambda texts: Studio(texts, store, {}, recordings)
    site.flows._studios.clear()
    answer = deletes(it)
    assert "Nothing was deleted." in it.get(answer.headers["location"]).text
    assert (tmp_path / "recordings" / "en" / "main.welcome.wav").exists()


def test_a_file_that_somebody_copies_there_is_seen_at_once(it: Browser, tmp_path: Path) -> None:
    assert "main.welcome" not in it.get("/texts?language=en&show=recorded").text
    (tmp_path / "recordings" / "en").mkdir()
    (tmp_path / "recordings" / "en" / "main.welcome.wav").write_bytes(tone(2.5))
    assert "main.welcome" in it.get("/texts?language=en&show=recorded").text


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (tone(2.5, 0.0), "silent"),
        (b"RIFF\0\0\0\0WAVEnothing of the kind", "unreadable"),
        (b"<script>alert(1)</script>", "unreadable"),
        (b"", "unreadable"),
    ],
)
def test_what_cannot_be_used_is_not_taken(sound: bytes, said: str, it: Browser, site: Site, tmp_path: Path) -> None:
    assert brings(it, sound).headers["location"].endswith(f"said={said}")
    assert list((tmp_path / "recordings").rglob("*.wav")) == []
    assert site.database.run_now(find, AuditQuery(noun="text")) == []


def test_a_doubtful_one_is_taken_and_told(it: Browser) -> None:
    assert brings(it, tone(30)).headers["location"].endswith("said=wrong%20length")


def test_a_recording_that_is_too_large_is_refused(it: Browser) -> None:
    assert brings(it, b"RIFF" + bytes(5_050_000)).status_code == 413


@pytest.mark.parametrize("name", ["none.such", "../../x", "", "main.welcome/../x"])
def test_a_text_that_is_not_there_is_not_found(name: str, it: Browser, tmp_path: Path) -> None:
    assert brings(it, tone(1), name).status_code in (404, 422)
    assert it.get("/texts/clip", params={"language": "en", "name": name}).status_code == 404
    assert list(tmp_path.rglob("x.wav")) == []


def test_what_is_missing_is_counted_in_each_language(it: Browser) -> None:
    brings(it, tone(2.5))
    page = it.get("/texts?language=en").text
    assert page.count('show=silent">') >= 2


def test_the_desk_hears_but_does_not_record(sign_in: SignIn) -> None:
    desk = sign_in("operator")
    assert desk.get("/texts").status_code == 200
    assert brings(desk, tone(1)).status_code == 403


def test_odd_questions_are_refused(it: Browser) -> None:
    assert it.get("/texts?show=nothing").status_code == 422
    assert it.get("/texts", params={"word": "x" * 200}).status_code == 422
