"""With the real voice: what the hospital's texts say comes out of the telephone as speech."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompts.speech import speak
from prompts.store import Store
from prompts.studio import Studio
from prompts.voices.espeak import Espeak
from tests.e2e.conftest import Template, build


@pytest.mark.slow
def test_a_caller_hears_the_voice_in_either_language(template: Template, tmp_path: Path) -> None:
    """The welcome was rendered ahead; what follows is rendered while the caller waits."""
    house = build(template, tmp_path, sung=False)
    try:
        catalog = house.hospital.parts.catalog
        store = Store(house.hospital.parts.settings.store_dir)
        studio = Studio(catalog, store, {"zh": [Espeak()], "en": [Espeak()]})
        for number, language in (("1000", "zh"), ("1001", "en")):
            [welcome] = speak(catalog, language, "main.welcome", {})
            clip = studio.render(language, welcome)
            with house.caller(number, language) as caller:
                caller.call.hear(clip, 10, start=1.2)
                [services] = speak(catalog, language, "main.services", {})
                caller.call.hear(studio.render(language, services), 15, start=1.2)
    finally:
        house.close()
