"""A text with values becomes a row of clips' texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prompts.catalog import Catalog
from prompts.errors import NoSuchPrompt, Unreadable
from prompts.speech import fixed_texts, speak, value_texts


def catalog_of(folder: Path, text: str, language: str = "zh") -> Catalog:
    (folder / f"{language}.yaml").write_text(f"t.x: '{text}'\n", encoding="utf-8")
    return Catalog.load(folder, shipped=False)


SPOKEN: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
    ("zh", "普通门诊按1，专家门诊按2。", {}, ("普通门诊按一，专家门诊按二。",)),
    ("zh", "您要挂的是{department}，确认按1。", {"department": {"zh": "内科"}}, ("您要挂的是", "内科", "，确认按一。")),
    ("zh", "{a}{b}", {"a": "甲", "b": "乙"}, ("甲", "乙")),
    ("zh", "{a}，{b}。", {"a": "甲", "b": "乙"}, ("甲，", "乙。")),
    ("zh", "“{a}”（{b}）", {"a": "甲", "b": "乙"}, ("甲", "乙")),
    ("zh", "余额{n:money}。", {"n": 201}, ("余额", "两元零一分。")),
    ("zh", "余额{n:money}", {"n": 201, "currency": "USD"}, ("余额", "两美元零一美分")),
    ("zh", "{d.name}门诊", {"d": {"name": {"zh": "骨科", "en": "x"}}}, ("骨科", "门诊")),
    ("zh", "{k:key}键，{name}", {"k": "*", "name": "外科"}, ("星号", "键，", "外科")),
    ("zh", "{at:date}{at:time}就诊", {"at": "2026-11-21T08:30"}, ("十一月二十一日星期六", "上午八点半", "就诊")),
    ("en", "Bed {bed:place}, please.", {"bed": "12"}, ("Bed", "twelve", ", please.")),
    ("en", "Wait {n:count(minute|minutes)}.", {"n": 1}, ("Wait", "one minute.")),
]


@pytest.mark.parametrize(("language", "text", "values", "said"), SPOKEN)
def test_a_text_and_its_values_become_clips(
    tmp_path: Path, language: str, text: str, values: dict[str, Any], said: tuple[str, ...]
) -> None:
    assert speak(catalog_of(tmp_path, text, language), language, "t.x", values) == said


def test_a_missing_value_is_told_with_its_field(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "余额{fee.amount:money}")
    with pytest.raises(Unreadable, match=r't\.x in zh, field \{fee\.amount\}: "fee" is not set'):
        speak(catalog, "zh", "t.x", {})
    with pytest.raises(Unreadable, match="amount"):
        speak(catalog, "zh", "t.x", {"fee": {}})
    with pytest.raises(Unreadable, match="not a whole number"):
        speak(catalog, "zh", "t.x", {"fee": {"amount": "free"}})


def test_an_unknown_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPrompt):
        speak(catalog_of(tmp_path, "好"), "zh", "t.y", {})


def test_fixed_parts_carry_the_names_of_their_recordings(tmp_path: Path) -> None:
    assert list(fixed_texts(catalog_of(tmp_path, "好。"), "zh")) == [("t.x", "好。")]
    catalog = catalog_of(tmp_path, "您要挂{name}，按1")
    assert list(fixed_texts(catalog, "zh")) == [("t.x.1", "您要挂"), ("t.x.2", "，按一")]


def test_a_known_value_is_rendered_as_each_text_needs_it(tmp_path: Path) -> None:
    (tmp_path / "zh.yaml").write_text(
        "a.x: 挂{name}。\na.y: 挂{name}，{fee:money}\na.z: 挂{d.name}吗\n", encoding="utf-8"
    )
    catalog = Catalog.load(tmp_path, shipped=False)
    assert value_texts(catalog, "zh", "name", "内科") == ("内科。", "内科，", "内科")
    assert value_texts(catalog, "zh", "key", "1") == ()


def test_what_is_rendered_ahead_is_what_is_spoken_for_every_shipped_text() -> None:
    catalog = Catalog.load()
    for language in catalog.languages:
        ahead = {text for _, text in fixed_texts(catalog, language)}
        for id in catalog.ids:
            phrase = catalog.phrase(language, id)
            if not phrase.fields:
                assert set(speak(catalog, language, id, {})) <= ahead
