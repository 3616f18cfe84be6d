"""The catalogues of texts, `<language>.yaml`: a flat map of id -> text with typed fields.

The shipped catalogues are read first, then the hospital's own folders, whose texts replace
those of the same id. Everything that is wrong is found before anything is used and told as
`file:line:col code sentence`, all at once. How values sound is for `prompts.values`. Beside the hospital's
texts `languages.yaml` (`languages: [zh, en]`) may name the languages that the line speaks at all.

    registration.kind: 普通门诊按1，专家门诊按2。
    registration.funds_short: 您的余额是{balance:money}，挂号费是{fee:money}。

Field types: money (integer minor units; `money(CNY)`), number, ordinal, count(form|forms), duration
(seconds), digits (card and telephone numbers, in groups), place (bed and room numbers), date
(`date(year)`), time, name (also what `{department}` without a type means), text, key (of a telephone).

Russian and Polish say what the sentence asks of a value: a case (gen, acc; of a Polish time also loc; of a
date `on`: the day on which), and the gender of what is counted (m, f, n; Polish p: of men):

    queue.wait: Ждать около {wait:duration(gen)}. Перед вами {n:count(пациент|пациента|пациентов)}.
    recall.when: Перезвоните через {n:count(f acc: минуту|минуты|минут)}, {at:date(on)}.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from prompts.errors import CatalogErrors, Mistake, NoSuchPrompt, nearest
from prompts.keys_named import keys_named
from prompts.phrase import FAMILIES, PLURAL_FORMS, Phrase, take_apart

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_GAP = re.compile(r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) (?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef{])")
"""The blank that a folded line leaves between two Chinese characters."""
_STRING = "tag:yaml.org,2002:str"
_A_SECOND = {"zh": 4.5, "yue": 4.5}
"""Characters that are said in a second; of a language in letters, 14."""
LARGEST = 500_000
"""Bytes of a file: some thousand texts, of which a line has a hundred."""
SPOKEN = "languages.yaml"
"""Beside the texts: which of the languages the line speaks. Without the file: all that there are but `ON_DEMAND`."""
ON_DEMAND = frozenset({"yue"})
"""Languages that only some hospitals need: spoken where `languages.yaml` names them."""
SHIPPED = resources.files("prompts") / "catalog"
"""The catalogues that come with the program."""


@lru_cache(maxsize=16)
def _tree(source: str) -> Node | None:
    """The nodes of a catalogue; those of the shipped ones are read once."""
    root: Node | None = YAML(typ="safe", pure=True).compose(source)
    return root


class _Place:
    """Where a text stands, to point at it when a later comparison finds fault with it."""

    def __init__(self, file: str, source: str, node: Node) -> None:
        self.file = file
        self._source = source
        self._index: int = node.start_mark.index
        self.line: int = node.start_mark.line + 1
        self.col: int = node.start_mark.column + 1

    def mistake(self, code: str, sentence: str, find: str = "") -> Mistake:
        """A mistake here, or where `find` first stands after here."""
        line, col = self.line, self.col
        found = self._source.find(find, self._index) if find else -1
        if found >= 0:
            line = self._source.count("\n", 0, found) + 1
            col = found - (self._source.rfind("\n", 0, found) + 1) + 1
        return Mistake(self.file, line, col, code, sentence)


class Catalog:
    """All texts in all languages. Made by `load`; never changes."""

    def __init__(
        self,
        phrases: Mapping[str, Mapping[str, Phrase]],
        currency: str,
        own: Mapping[str, Mistake] | None = None,
    ) -> None:
        self._phrases = phrases
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
        `CatalogErrors` with every mistake found.
        """
        reading = _Reading(languages)
        if shipped:
            reading.folder(SHIPPED)
        for folder in dirs:
            reading.folder(folder)
        return cls._of(reading, currency)

    @classmethod
    def read(cls, own: Mapping[str, bytes], *, currency: str = "CNY") -> Catalog:
        """The shipped catalogues with `own` (file name -> content) over them. Raises `CatalogErrors`."""
        reading = _Reading(None)
        reading.folder(SHIPPED)
        shipped = {id for texts in reading.phrases.values() for id in texts}
        for file, data in sorted(own.items(), key=lambda one: (Path(one[0]).name == SPOKEN, one[0])):
            reading.file(file, data)
        return cls._of(reading, currency, shipped)

    @classmethod
    def _of(cls, reading: _Reading, currency: str, shipped: Collection[str] | None = None) -> Catalog:
        reading.compare()
        if reading.mistakes:
            raise CatalogErrors(reading.mistakes)
        return cls(reading.phrases, currency, {} if shipped is None else reading.unused_if_unsaid(shipped))

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

        The languages agree on paths and on the kind of value, so any one of them tells it.
        """
        for language in self.languages:
            if self.has(language, id):
                found: dict[str, str] = {}
                for field in self.phrase(language, id).fields:
                    found.setdefault(field.path, field.type)
                return found
        raise NoSuchPrompt(f'no text "{id}" in any language')

    def keys_named(self, language: str, id: str) -> tuple[str, ...]:
        """The keys of the telephone that a text names; none when the language lacks it."""
        return keys_named(language, self.phrase(language, id).text) if self.has(language, id) else ()

    def length(self, language: str, id: str) -> float:
        """Seconds that a text takes to say, roughly; 0 when the language lacks it."""
        return len(self.phrase(language, id).text) / _A_SECOND.get(language, 14) if self.has(language, id) else 0.0


class _Reading:
    """One run over the folders: texts, places, and mistakes so far."""

    def __init__(self, languages: Collection[str] | None) -> None:
        self.phrases: dict[str, dict[str, Phrase]] = {}
        self.mistakes: list[Mistake] = []
        self._only = languages
        self._limit: set[str] | None = None
        """The languages that `languages.yaml` names."""
        self._places: dict[tuple[str, str], _Place] = {}
        self._broken: set[str] = set()

    def folder(self, folder: Traversable) -> None:
        """Read every `<language>.yaml` of a folder."""
        if not folder.is_dir():
            self.mistakes.append(Mistake(str(folder), 1, 1, "P101", "there is no such folder of texts"))
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
            sentence = f'there are no rules for reading values in "{language}" (there are {known})'
            self.mistakes.append(Mistake(file, 1, 1, "P102", sentence))
            return
        source = self._decoded(file, data)
        if source is None:
            return
        self.phrases.setdefault(language, {})
        for key, value in self._entries(file, source):
            self._text(_Place(file, source, key), _Place(file, source, value), language, key, value)

    def _decoded(self, file: str, data: bytes) -> str | None:
        if len(data) > LARGEST:
            self.mistakes.append(Mistake(file, 1, 1, "P113", f"the file is larger than {LARGEST:,} bytes"))
            return None
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as e:
            self.mistakes.append(Mistake(file, 1, 1, "P103", f"not UTF-8 (byte {e.start + 1})"))
            return None

    def _spoken(self, file: str, data: bytes) -> None:
        """Read `languages: [zh, en]`."""
        source = self._decoded(file, data)
        spoken: set[str] = set()
        for key, value in self._entries(file, source) if source is not None else ():
            listed = list(value.value) if isinstance(value, SequenceNode) else []
            if not isinstance(key, ScalarNode) or key.value != "languages" or not listed:
                sentence = "the file names the languages that the line speaks: languages: [zh, en]"
                self.mistakes.append(_Place(file, source or "", key).mistake("P112", sentence))
                continue
            for node in listed:
                if isinstance(node, ScalarNode) and node.value in self.phrases:
                    spoken.add(str(node.value))
                else:
                    shown = node.value if isinstance(node, ScalarNode) else "?"
                    sentence = f'there are no texts in "{shown}" (there are {", ".join(sorted(self.phrases))})'
                    self.mistakes.append(_Place(file, source or "", node).mistake("P112", sentence))
        self._limit = spoken or None

    def _entries(self, file: str, source: str) -> Iterator[tuple[Node, Node]]:
        try:
            root = _tree(source)
        except MarkedYAMLError as e:
            mark = e.problem_mark or e.context_mark
            line, col = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
            self.mistakes.append(Mistake(file, line, col, "P104", f"not YAML: {e.problem or e.context}"))
            return
        except (YAMLError, ValueError, OverflowError) as e:  # bad escapes and versions come as ValueError
            first = (str(e).strip().splitlines() or ["?"])[0]
            self.mistakes.append(Mistake(file, 1, 1, "P104", f"not YAML: {first}"))
            return
        except RecursionError:
            self.mistakes.append(Mistake(file, 1, 1, "P104", "not a flat map of id: text: nested far too deep"))
            return
        if root is None:
            return
        if not isinstance(root, MappingNode):
            place = _Place(file, source, root)
            self.mistakes.append(place.mistake("P105", "the file must be a map of id: text"))
            return
        first_lines: dict[str, int] = {}
        for key, value in root.value:
            place = _Place(file, source, key)
            if isinstance(key, ScalarNode) and key.value in first_lines:
                sentence = f'"{key.value}" stands here twice (first in line {first_lines[key.value]})'
                self.mistakes.append(place.mistake("P106", sentence))
                continue
            if isinstance(key, ScalarNode):
                first_lines[key.value] = place.line
            yield key, value

    def _text(self, at_key: _Place, at_value: _Place, language: str, key: Node, value: Node) -> None:
        if not isinstance(key, ScalarNode) or not _ID.fullmatch(str(key.value)):
            shown = key.value if isinstance(key, ScalarNode) else "?"
            sentence = f'"{shown}" is no id; ids look like registration.kind (small letters, digits, _ and a dot)'
            self.mistakes.append(at_key.mistake("P107", sentence))
            return
        id = str(key.value)
        if getattr(value, "anchor", None):
            self.mistakes.append(at_value.mistake("P108", f"{id}: anchors and aliases are not used in catalogues"))
            return
        if not isinstance(value, ScalarNode):
            self.mistakes.append(at_value.mistake("P109", f"{id} must be a text, not a list or a map"))
            return
        if str(value.tag) != _STRING:
            self.mistakes.append(at_value.mistake("P110", f"{id}: {value.value!s} is read as no text; quote it"))
            return
        text = _GAP.sub("", " ".join(str(value.value).split()))
        if not text:
            self.mistakes.append(at_value.mistake("P111", f"{id} is empty"))
            return
        phrase, bad = take_apart(id, language, text)
        self.mistakes.extend(at_value.mistake(one.code, f"{id}: {one.sentence}", one.source) for one in bad)
        # A broken text still counts as present, so that one fault is not told a second time as "missing".
        self.phrases[language][id] = phrase
        self._places[language, id] = at_value
        if bad:
            self._broken.add(id)

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
            for language in languages:
                if language not in here:
                    sentence = f"{id} is missing in {language}"
                    self.mistakes.append(self._places[here[0], id].mistake("P301", sentence))
            if id not in self._broken:
                self._compare_fields(id, here)

    def _compare_fields(self, id: str, languages: list[str]) -> None:
        kinds: dict[str, dict[str, str]] = {}
        for language in languages:
            for field in self.phrases[language][id].fields:
                kinds.setdefault(field.path, {})[language] = FAMILIES[field.type]
        for path, by_language in kinds.items():
            there = next(iter(by_language))
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
