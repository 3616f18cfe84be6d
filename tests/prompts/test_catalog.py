"""Catalogues: what IT writes, and everything that is wrong with it, at once and to the point."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms.errors import FilesBroken
from prompts.catalog import Catalog
from prompts.errors import NoSuchPrompt
from prompts.keys_named import keys_named


def write(folder: Path, **languages: str) -> Path:
    folder.mkdir(exist_ok=True)
    for language, text in languages.items():
        (folder / f"{language}.yaml").write_text(text, encoding="utf-8")
    return folder


def told(folder: Path, *more: Path) -> list[str]:
    """Mistakes as `file:line:col code sentence`, without the folder."""
    with pytest.raises(FilesBroken) as caught:
        Catalog.load(folder, *more, shipped=False)
    return [f"{Path(m.file).name}:{m.line}:{m.col} {m.code} {m.sentence}" for m in caught.value.mistakes]


def test_the_shipped_catalogues_are_whole() -> None:
    catalog = Catalog.load()
    assert {"zh", "en"} <= set(catalog.languages)
    for id in catalog.ids:
        assert all(catalog.has(language, id) for language in catalog.languages)


def test_texts_are_found_with_the_types_of_their_values(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "a",
        zh="a.short: 余{balance:money}费{fee:money(CNY)}科{department.name:name}日{day:date}等{n:count(分钟)}\n",
        en='a.short: "{balance:money} {fee:money} {department.name} {day:date} {n:count(minute|minutes)}"\n',
    )
    catalog = Catalog.load(folder, shipped=False)
    assert catalog.languages == ("en", "zh")
    assert catalog.ids == ("a.short",)
    assert catalog.fields("a.short") == {
        "balance": "money", "fee": "money", "department.name": "name", "day": "date", "n": "count"
    }  # fmt: skip
    assert catalog.has("zh", "a.short")
    assert not catalog.has("ru", "a.short")


def test_the_hospital_replaces_a_text_and_adds_its_own(tmp_path: Path) -> None:
    base = write(tmp_path / "base", zh="a.x: 旧\na.y: 留\n", en="a.x: old\na.y: kept\n")
    own = write(tmp_path / "own", zh="a.x: 新\nb.z: 加\n", en="b.z: added\n")
    catalog = Catalog.load(base, own, shipped=False)
    assert catalog.phrase("zh", "a.x").text == "新"
    assert catalog.phrase("en", "a.x").text == "old"
    assert catalog.ids == ("a.x", "a.y", "b.z")


def test_a_hospital_of_one_language_reads_only_that(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", zh="a.x: 好\n", en="a.y: fine\n")
    assert Catalog.load(folder, shipped=False, languages=["zh"]).languages == ("zh",)


def test_the_hospital_names_the_languages_that_it_speaks(tmp_path: Path) -> None:
    base = write(tmp_path / "base", zh="a.x: 好\n", en="a.x: fine\n", ru="a.x: да\n")
    own = write(tmp_path / "own", zh="b.z: 加\n", en="b.z: added\n", languages="languages: [zh, en]\n")
    catalog = Catalog.load(base, own, shipped=False)
    assert catalog.languages == ("en", "zh")
    files = {"texts/zh.yaml": b"b.z: x\n", "texts/languages.yaml": b"languages: [zh]\n"}
    assert Catalog.read(files).languages == ("zh",)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("languages: [zh, en]\n", '1:17 E305 no texts in language "en" (there are zh)'),
        ("languages: zh\n", '1:12 E108 "languages" must be a list: languages: [zh, en]'),
        ("language: [zh]\n", '1:1 E106 the file has no use for "language" (did you mean "languages"?)'),
    ],
)
def test_a_language_without_texts_cannot_be_spoken(tmp_path: Path, source: str, sentence: str) -> None:
    assert told(write(tmp_path / "a", zh="a.x: 好\n", languages=source)) == [f"languages.yaml:{sentence}"]


def test_a_folded_chinese_text_has_no_blanks_inside(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", zh="a.x: >\n  您好，\n  {name}请按1。\n")
    assert Catalog.load(folder, shipped=False).phrase("zh", "a.x").text == "您好，{name}请按1。"


def test_an_unknown_id_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    catalog = Catalog.load(write(tmp_path / "a", zh="card.wrong: 错\n"), shipped=False)
    with pytest.raises(NoSuchPrompt, match=r'did you mean "card.wrong"'):
        catalog.phrase("zh", "card.wrnog")
    with pytest.raises(NoSuchPrompt):
        catalog.fields("card.none")


BROKEN = [
    ("a.x: 一\na.x: 二\n", '1.yaml:2:1 E105 "a.x" occurs twice here (first in line 1)'),
    ("a.x: on{e\n", '1.yaml:1:8 P202 a.x: a lone "{"; a field is written {name:type}'),
    ("a.x: 钱{fee:cash}\n", '1.yaml:1:7 P203 a.x: {fee:cash} has an unknown type "cash"'),
    ("a.x: 钱{Fee:money}\n", "1.yaml:1:7 P202 a.x: {Fee:money} is no field"),
    ("a.x: 钱{fee:money(yuan)}\n", "1.yaml:1:7 P204 a.x: {fee:money(yuan)}: the currency is three capitals"),
    ("a.x: 等{n:count(a|b)}\n", "1.yaml:1:7 P204 a.x: {n:count(a|b)} must list 1 form(s) in zh"),
    ("a.x: 等{n:count}\n", "1.yaml:1:7 P204 a.x: {n:count} must list 1 form(s) in zh"),
    ("a.x: 等{n:number(3)}\n", '1.yaml:1:7 P204 a.x: {n:number(3)}: the type "number" takes nothing'),
    ("a.x: 等{d:date(long)}\n", "1.yaml:1:7 P204 a.x: {d:date(long)}: in brackets a date takes only the word year"),
    ("a.x: 等{n:duration(gen)}\n", '1.yaml:1:7 P204 a.x: {n:duration(gen)}: the type "duration" takes nothing'),
    ("a.x: 8\n", "1.yaml:1:6 E107 a.x must be in quotes: \"8\""),
    ("a.x:\n", "1.yaml:1:4 E109 a.x is empty"),
    ('a.x: ""\n', "1.yaml:1:6 P111 a.x is empty"),
    ("a.x: [一, 二]\n", "1.yaml:1:6 E108 a.x must be a text, not a list or a map"),
    ("A: 一\n", '1.yaml:1:1 E111 "A" is not an id'),
    ("1: 一\n", '1.yaml:1:1 E111 "1" is not an id'),
    ("a.x: &here 一\n", "1.yaml:1:6 E104 &here is an anchor"),
    ("- 一\n", "1.yaml:1:1 E101 the file must be a map: lines of id: text"),
    ("a.x: {fee:money}\n", "1.yaml:1:6 E108 a.x must be a text, not a list or a map"),
    ("a.x: '一\n", "E103 not YAML"),
    ("a.x: 一\n\tb.y: 二\n", "1.yaml:2:1 E102 a tab"),
    ("a.x: \x07\n", "1.yaml:1:6 E103 not YAML: an invisible character"),
]


@pytest.mark.parametrize(("source", "sentence"), BROKEN, ids=[b[1][:40] for b in BROKEN])
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, source: str, sentence: str) -> None:
    mistakes = told(write(tmp_path / "a", zh=source))
    assert len(mistakes) == 1
    assert sentence.replace("1.yaml", "zh.yaml") in mistakes[0]


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "a",
        zh="a.x: 余{b:money}\na.only: 中\na.y: 等{n:digits}\na.x: 又\nq: 一\n",
        en='a.x: "left"\na.y: "wait {n:money}"\n',
    )
    assert told(folder) == [
        "en.yaml:1:6 P302 a.x: the field {b} of zh is missing in en",
        "zh.yaml:2:9 P301 a.only is missing in en",
        "zh.yaml:3:7 P303 a.y: {n} is a digits in zh but a money in en",
        'zh.yaml:4:1 E105 "a.x" occurs twice here (first in line 1)',
        'zh.yaml:5:1 E111 "q" is not an id; ids look like registration.kind (lowercase letters, digits, _ and a dot)',
    ]


def test_not_utf8_a_strange_language_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", xx="a.x: y\n")
    (folder / "zh.yaml").write_bytes("a.x: 好\n".encode("gb18030"))
    mistakes = told(folder, tmp_path / "nowhere")
    assert any("P102" in m and '"xx"' in m for m in mistakes)
    assert any("E101 the file is not UTF-8" in m for m in mistakes)
    assert any("E101" in m for m in mistakes)


def test_a_file_that_is_far_too_large_is_told_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", zh="a.x: 好\n" + "# \n" * 200_000)
    assert any("E101 the file is larger than 500,000 bytes" in m for m in told(folder))


RUSSIAN = [
    ("Ждать {n:duration(gen)}.", ""),
    ("Через {n:count(f acc: минуту|минуты|минут)}.", ""),
    ("Номер {n:count(пациент|пациента|пациентов)}.", ""),
    ("Плата {n:money(RUB gen)}.", ""),
    ("Приём {n:date(on year)}.", ""),
    ("Через {n:count(минуту|минуты)}.", "must list 3 form(s) in ru, e.g. {n:count(пациент"),
    ("Через {n:count(x: минуту|минуты|минут)}.", 'in brackets "count" takes one gender or case of m f n gen acc'),
    ("Ждать {n:duration(gen acc)}.", 'in brackets "duration" takes one gender or case of gen acc'),
    ("Ждать {n:duration()}.", "its brackets are empty"),
    ("Приём {n:date(acc)}.", "a date takes only the word year and one of gen, on"),
    ("Плата {n:money(RUB USD)}.", "the currency is three capitals and a case"),
]


@pytest.mark.parametrize(("text", "sentence"), RUSSIAN)
def test_russian_says_which_form_of_a_value_it_needs(tmp_path: Path, text: str, sentence: str) -> None:
    folder = write(tmp_path / "a", ru=f'a.x: "{text}"\n')
    if not sentence:
        assert Catalog.load(folder, shipped=False).phrase("ru", "a.x").fields[0].path == "n"
    else:
        (mistake,) = told(folder)
        assert "P204" in mistake
        assert sentence in mistake


def test_cantonese_is_complete_and_spoken_only_where_a_hospital_names_it(tmp_path: Path) -> None:
    assert "yue" not in Catalog.load().languages
    folder = write(tmp_path / "a")
    (folder / "languages.yaml").write_text("languages: [yue, zh, en]\n")
    catalog = Catalog.load(folder)
    assert catalog.languages == ("en", "yue", "zh")
    for id in catalog.ids:
        said, meant = (set(keys_named(language, catalog.phrase(language, id).text)) for language in ("yue", "zh"))
        assert said == meant, id
