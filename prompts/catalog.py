"""The catalogues of texts, `<language>.yaml`: a flat map of id -> text with typed fields.

The shipped catalogues are read first, then the hospital's own folders, whose texts replace
those of the same id. Everything that is wrong is found before anything is used and reported as `file:line:col code
sentence`, all at once. How values sound is for `prompts.values`. Beside the hospital's texts `languages.yaml`
(`languages: [zh, en]`) may name the languages that the line speaks at all.

    registration.kind: 普通门诊按1，专家门诊按2。
    registration.funds_short: 您的余额是{balance:money}，挂号费是{fee:money}。

Field types: money (integer minor units; `money(CNY)`), number, ordinal, count(form|forms), duration
(seconds), digits (card and telephone numbers, in groups), place (bed and room numbers), date
(`date(year)`), time, name (also what `{department}` without a type means), text, key (of a telephone).

Russian and Polish say what the sentence asks of a value: a case (gen, acc; of a Polish time also loc; of a
date `on`: the day on which), and the gender of what is counted (m, f, n; Polish p: of men):

    queue.wait: Ждать около {wait:duration(gen)}. Перед вами {n:count(пациент|пациента|пациентов)}.
    recall.when: Перезвоните через {n:count(f acc: минуту|минуты|минут)}, {at:date(on)}.

A text may hold two languages: `prompts.tongues`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from forms.errors import FilesBroken
from forms.mistake import Mistake, nearest
from forms.report import Report
from prompts.errors import NoSuchPrompt, Unreadable
from prompts.phrase import FAMILIES, PLURAL_FORMS, Phrase
from prompts.texts import TextMark, read_languages, read_texts
from prompts.values import read

_A_SECOND = {"zh": 4.5, "yue": 4.5}
"""Characters that are said in a second; 14 in a language written with letters."""
SPOKEN = "languages.yaml"
"""Beside the texts: which of the languages the line speaks. Without the file: all that there are but `ON_DEMAND`."""
ON_DEMAND = frozenset({"yue"})
"""Languages that only some hospitals need: spoken where `languages.yaml` names them."""
SHIPPED = resources.files("prompts") / "catalog"
"""The catalogues that come with the program."""


def not_spoken(language: str, spoken: Collection[str]) -> str:
    """Why nothing can be said in `language`, when only `spoken` are spoken."""
    if language in PLURAL_FORMS:
        return f'"{language}" is not among the languages of texts/{SPOKEN} ({", ".join(sorted(spoken))})'
    near = nearest(language.lower(), spoken)
    hint = f' (did you mean "{near}"?)' if near else f" (there are {', '.join(sorted(spoken))})"
    return f'no texts in language "{language}"{hint}'


class Catalog:
    """All texts in all languages. Made by `load`; never changes."""

    def __init__(
        self,
        phrases: Mapping[str, Mapping[str, Phrase]],
        currency: str,
        own: Mapping[str, Mistake] | None = None,
        unread: Collection[str] = (),
    ) -> None:
        self._phrases = phrases
        self.unread = frozenset(unread)
        """Of a catalogue with mistakes: ids that could not be read, and "*" when a whole file could not."""
        self.currency = currency
        """ISO 4217 code of amounts that come without one."""
        self.own = own or {}
        """Texts of the hospital that replace none of the shipped ones: id -> the warning if no flow says it."""

    @classmethod
    def load(
        cls,
        *dirs: Path,
        languages: Collection[str] | None = None,
        currency: str = "CNY",
        shipped: bool = True,
    ) -> Catalog:
        """Read the shipped catalogues and then `dirs`, later ones replacing texts of earlier ones.

        `languages` limits what is read; without it every `<language>.yaml` counts. Raises
        `FilesBroken` with every mistake found.
        """
        reading = _Reading(languages)
        if shipped:
            reading.folder(SHIPPED)
        for folder in dirs:
            reading.folder(folder)
        return cls._of(reading, currency, None)

    @classmethod
    def read(cls, own: Mapping[str, bytes], report: Report | None = None, *, currency: str = "CNY") -> Catalog:
        """The shipped catalogues with `own` (file name -> content) over them. Mistakes go into `report`, and what could
        be read is for checking the rest against, never spoken; without a report they are raised as `FilesBroken`."""
        reading = _Reading(None)
        reading.folder(SHIPPED)
        shipped = {id for texts in reading.phrases.values() for id in texts}
        for file, data in sorted(own.items(), key=lambda one: (Path(one[0]).name == SPOKEN, one[0])):
            reading.file(file, data)
        return cls._of(reading, currency, report, shipped)

    @classmethod
    def _of(
        cls, reading: _Reading, currency: str, report: Report | None, shipped: Collection[str] | None = None
    ) -> Catalog:
        reading.compare()
        own = {} if shipped is None or reading.mistakes else reading.unused_if_unsaid(shipped)
        found = cls(reading.phrases, currency, own, reading.unread | reading.broken)
        if report is not None:
            report.mistakes.extend((*reading.mistakes, *reading.warnings))
        elif reading.mistakes:
            raise FilesBroken(reading.mistakes)
        return found

    @property
    def languages(self) -> tuple[str, ...]:
        """Language codes in alphabetical order."""
        return tuple(sorted(self._phrases))

    @property
    def ids(self) -> tuple[str, ...]:
        """Every text's id in alphabetical order; each stands in every language."""
        return tuple(sorted({id for texts in self._phrases.values() for id in texts}))

    def has(self, language: str, id: str) -> bool:
        """Whether a text stands in a language."""
        return id in self._phrases.get(language, {})

    def phrase(self, language: str, id: str) -> Phrase:
        """The text, taken apart. Raises `NoSuchPrompt`."""
        try:
            return self._phrases[language][id]
        except KeyError as e:
            near = nearest(id, self._phrases.get(language, {}))
            hint = f' (did you mean "{near}"?)' if near else ""
            raise NoSuchPrompt(f'no text "{id}" in {language}{hint}') from e

    def fields(self, id: str) -> dict[str, str]:
        """Field path -> type, as `{"department.name": "name", "fee": "money"}`. Raises `NoSuchPrompt`.

        The languages agree on paths and on the kind of value, so any one of them will do.
        """
        for language in self.languages:
            if self.has(language, id):
                found: dict[str, str] = {}
                for field in self.phrase(language, id).fields:
                    found.setdefault(field.path, field.type)
                return found
        raise NoSuchPrompt(f'no text "{id}" in any language')

    def cannot_read(self, id: str, path: str, value: Any) -> str:
        """Why a language cannot read a value aloud where a text names it; nothing when all can."""
        for language in self.languages:
            for field in self.phrase(language, id).fields if self.has(language, id) else ():
                if field.path == path:
                    try:
                        read(field.language or language, field.type, value, field.argument, self.currency)
                    except Unreadable as wrong:
                        return str(wrong)
        return ""

    def keys_named(self, language: str, id: str) -> tuple[str, ...]:
        """The keys of the telephone that a text names; none when the language lacks it."""
        return self.phrase(language, id).keys_named if self.has(language, id) else ()

    def length(self, language: str, id: str) -> float:
        """Seconds that a text takes to say, roughly; 0 when the language lacks it."""
        return len(self.phrase(language, id).text) / _A_SECOND.get(language, 14) if self.has(language, id) else 0.0


class _Reading:
    """One run over the folders: texts, places, and mistakes so far."""

    def __init__(self, languages: Collection[str] | None) -> None:
        self.phrases: dict[str, dict[str, Phrase]] = {}
        self.mistakes: list[Mistake] = []
        self.warnings: list[Mistake] = []
        self.unread: set[str] = set()
        self._only = languages
        self._limit: set[str] | None = None
        """The languages that `languages.yaml` names."""
        self._places: dict[tuple[str, str], TextMark] = {}
        self.broken: set[str] = set()
        self._torn: set[str] = set()
        """Languages of which a file could not be read: what they lack is not known."""

    def folder(self, folder: Traversable) -> None:
        """Read every `<language>.yaml` of a folder."""
        if not folder.is_dir():
            self.mistakes.append(Mistake(str(folder), 1, 1, "E101", "there is no such folder of texts"))
            return
        for file in sorted(folder.iterdir(), key=lambda entry: (entry.name == SPOKEN, entry.name)):
            if file.name.endswith(".yaml"):
                self.file(str(file), file.read_bytes())

    def file(self, file: str, data: bytes) -> None:
        """Read one `<language>.yaml`."""
        if Path(file).name == SPOKEN:
            self._spoken(file, data)
            return
        language = Path(file).stem
        if self._only is not None and language not in self._only:
            return
        if language not in PLURAL_FORMS:
            known = ", ".join(sorted(PLURAL_FORMS))
            near = nearest(language.lower(), PLURAL_FORMS) or nearest(language[:2].lower(), PLURAL_FORMS)
            hint = f' (did you mean "{near}.yaml"?)' if near else ""
            sentence = f'there are no rules for reading values in "{language}" (there are {known}){hint}'
            self.mistakes.append(Mistake(file, 1, 1, "P102", sentence))
            self.unread.add("*")
            return
        found = read_texts(file, data, language)
        self.mistakes.extend(found.mistakes)
        self.warnings.extend(found.warnings)
        self.unread |= found.unread
        if "*" in found.unread:
            self._torn.add(language)
        self.phrases.setdefault(language, {}).update(found.phrases)
        self._places.update({(language, id): place for id, place in found.places.items()})
        self.broken |= found.broken

    def _spoken(self, file: str, data: bytes) -> None:
        """Read `languages: [zh, en]`."""
        spoken, mistakes = read_languages(file, data, self.phrases.keys())
        self.mistakes.extend(mistakes)
        self._limit = None if mistakes else spoken or None

    def unused_if_unsaid(self, shipped: Collection[str]) -> dict[str, Mistake]:
        """For each text whose id is none of `shipped`, the warning that no flow says it."""
        found: dict[str, Mistake] = {}
        for (_, id), place in sorted(self._places.items()):
            if id not in shipped and id not in found:
                near = nearest(id, shipped)
                hint = f' (did you mean "{near}"?)' if near else ""
                found[id] = place.mistake("W303", f"{id} replaces no shipped text, and no flow says it{hint}")
        return found

    def compare(self) -> None:
        """Every id must stand in every language that is spoken, with the same fields."""
        if self._limit is not None or self._only is None:
            spoken = self._limit or self.phrases.keys() - ON_DEMAND
            self.phrases = {language: texts for language, texts in self.phrases.items() if language in spoken}
        languages = sorted(self.phrases)
        for id in sorted({id for texts in self.phrases.values() for id in texts}):
            here = [language for language in languages if id in self.phrases[language]]
            lacking = [one for one in languages if one not in here]
            if told := [one for one in lacking if one not in self._torn]:
                sentence = f"{id} is missing in {', '.join(told)}"
                self.mistakes.append(self._places[here[0], id].mistake("P301", sentence))
            for language in lacking:  # so that nothing else is reported because of it
                self.phrases[language][id] = self.phrases[here[0]][id]
            before = len(self.mistakes)
            if id not in self.broken:
                self._compare_fields(id, here)
            if lacking or len(self.mistakes) > before:
                self.broken.add(id)

    def _is_shipped(self, language: str, id: str) -> bool:
        return self._places[language, id].mark.file.startswith(str(SHIPPED))

    def _compare_fields(self, id: str, languages: list[str]) -> None:
        kinds: dict[str, dict[str, str]] = {}
        for language in languages:
            for field in self.phrases[language][id].fields:
                kinds.setdefault(field.path, {})[language] = FAMILIES[field.type]
        for path, by_language in kinds.items():
            there = next(iter(by_language))
            lacking = [one for one in languages if one not in by_language]
            if lacking and (len(by_language) == 1 < len(lacking) or any(self._is_shipped(one, id) for one in lacking)):
                odd = next((one for one in by_language if not self._is_shipped(one, id)), there)
                sentence = f"{id}: the field {{{path}}} is missing in {', '.join(lacking)}"
                self.mistakes.append(self._places[odd, id].mistake("P302", sentence, f"{{{path}"))
                continue
            for language in languages:
                place = self._places[language, id]
                if language not in by_language:
                    sentence = f"{id}: the field {{{path}}} of {there} is missing in {language}"
                    self.mistakes.append(place.mistake("P302", sentence))
                elif by_language[language] != by_language[there]:
                    sentence = (
                        f"{id}: {{{path}}} is a {by_language[language]} in {language}"
                        f" but a {by_language[there]} in {there}"
                    )
                    self.mistakes.append(place.mistake("P303", sentence, f"{{{path}"))
