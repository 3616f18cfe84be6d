"""The manual's page of settings says what the code does."""

from __future__ import annotations

import os

import pytest

from wardbell.settings import PREFIX, Settings
from wardbell.settings_page import PAGE, Setting, every, page

EVERY = [setting for _, _, settings in every() for setting in settings]


@pytest.mark.parametrize("setting", EVERY, ids=lambda one: one.name)
def test_each_setting_has_a_meaning_and_a_number_says_what_it_counts(setting: Setting) -> None:
    assert setting.meaning, f"{setting.name} has no docstring in wardbell/settings/"
    if "number" in setting.values.split(",")[0]:
        assert setting.unit, f"the docstring of {setting.name} does not say what the number counts"


def test_the_page_is_that_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m wardbell.settings_page"


def test_every_setting_is_on_it_and_can_be_set_by_its_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    sections = {name: field.annotation for name, field in Settings.model_fields.items()}
    assert {one.name.partition(".")[0] for one in EVERY} == set(sections)
    assert {"sip.port", "sip.media_timeout", "sip.hold_timeout", "hl7.port"} <= {one.name for one in EVERY}
    monkeypatch.setenv("WARDBELL_SIP__PORT", "5099")
    monkeypatch.setenv("WARDBELL_HL7__PEERS", '["10.1.2.0/24"]')
    made = Settings()
    assert (made.sip.port, made.hl7.peers) == (5099, ("10.1.2.0/24",))
