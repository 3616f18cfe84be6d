"""The page of the manual that has every setting: its name, its environment variable, what it may be, its default, what
it does. `python -m wardbell.settings_page` writes docs/settings.md from `settings/`, whose docstrings are the source.
"""

from __future__ import annotations

import ast
import inspect
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from wardbell.settings import PREFIX, Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"

_UNITS = {
    r"seconds?": "s",
    r"minutes?": "min",
    r"hours?": "h",
    r"days?": "days",
    r"megabytes": "MB",
    r"kilobytes": "KB",
    r"bytes": "bytes",
    r"workers?|processes": "workers",
    r"lines?|calls?": "lines",
    r"ports?": "port",
    r"connections?": "connections",
    r"messages?": "messages",
    r"notices?": "notices",
    r"level": "level",
}
"""What a number counts, by the first of these words in its docstring."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the page."""

    name: str
    """As in the file: `sip.port`."""
    values: str
    default: str
    unit: str
    meaning: str

    @property
    def environment(self) -> str:
        """The variable that overrides the file."""
        return PREFIX + self.name.upper().replace(".", "__")


def every() -> list[tuple[str, str, list[Setting]]]:
    """Section, what it is, its settings; those without a section first."""
    plain = [name for name, field in Settings.model_fields.items() if _section(field) is None]
    found = [("", "", [_setting(Settings, name, name) for name in plain])]
    for name, field in Settings.model_fields.items():
        if (kind := _section(field)) is not None:
            rows = [_setting(kind, one, f"{name}.{one}") for one in kind.model_fields]
            found.append((name, " ".join((kind.__doc__ or "").split()), rows))
    return found


def page() -> str:
    """The page, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "They stand in `wardbell.toml` in the folder from which Wardbell is started, or in environment variables,"
    yield "which override the file. None is needed to try it on one machine. A name that does not exist, or a value"
    yield "that does not fit, is reported and nothing starts. Changes take effect at the next start of the service."
    yield ""
    yield "    [sip]"
    yield '    host = "10.1.2.3"            # or WARDBELL_SIP__HOST=10.1.2.3'
    yield "    workers_max = 2"
    yield ""
    yield "    [trunk]"
    yield '    target = "sip:{number}@10.1.2.1"'
    yield ""
    yield "Lists are written as JSON in the environment: `WARDBELL_HL7__PEERS='[\"10.1.2.0/24\"]'`."
    for name, about, rows in every():
        listed = bool(name) and _is_list(Settings.model_fields[name])
        title = f"## [[{name}]]" if listed else f"## [{name}]"
        yield from ("", title if name else "## Without a section", "")
        if about:
            yield from (about, "")
        yield from ("| setting | default | what it may be | meaning |", "|---|---|---|---|")
        for row in rows:
            unit = f", {row.unit}" if row.unit and row.unit not in row.values else ""
            named = f"`{row.name}`" if listed else f"`{row.name}`<br>`{row.environment}`"
            cells = (named, row.default, row.values + unit, row.meaning)
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _section(field: FieldInfo) -> type[BaseModel] | None:
    """The settings of a section, or of each entry of a list of sections."""
    of = field.annotation if not _is_list(field) else typing.get_args(field.annotation)[0]
    return of if isinstance(of, type) and issubclass(of, BaseModel) else None


def _is_list(field: FieldInfo) -> bool:
    return typing.get_origin(field.annotation) is tuple


def _setting(owner: type[BaseModel], name: str, shown: str) -> Setting:
    field = owner.model_fields[name]
    meaning = _docstrings(owner).get(name, "")
    unit = ""
    if field.annotation in (int, float):
        looked = [(re.search(rf"(?i)\b(?:{word})\b", meaning), unit) for word, unit in _UNITS.items()]
        unit = min(((at.start(), unit) for at, unit in looked if at), default=(0, ""))[1]
    values = "file" if name.endswith("_file") else _values(field)
    default = "must be set" if field.is_required() else _default(field.default)
    return Setting(shown, values, default, unit, meaning)


def _docstrings(owner: type) -> dict[str, str]:
    """Field -> the string under it in the source."""
    (definition,) = ast.parse(inspect.getsource(owner)).body
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for node, after in zip(definition.body, definition.body[1:], strict=False):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            found[node.target.id] = " ".join(after.value.value.split())
    return found


def _default(value: object) -> str:
    if value is None or value in ("", ()):
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    return f"{value}" if isinstance(value, int) else f"`{value}`"


def _values(field: FieldInfo) -> str:
    """What a setting may be, in words."""
    kind: Any = field.annotation
    if isinstance(kind, types.UnionType):
        (kind,) = [one for one in typing.get_args(kind) if one is not type(None)]
    if typing.get_origin(kind) is Literal:
        return " or ".join(f"`{one}`" for one in typing.get_args(kind))
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)[0]
        of = ", ".join(f"`{one}`" for one in typing.get_args(inner)) if typing.get_origin(inner) is Literal else ""
        return f"list of {of}" if of else "list of texts"
    words = {bool: "`true` or `false`", int: "whole number", float: "number", Path: "folder", str: "text"}
    return " ".join([words.get(kind, "text"), *_bounds(field)])


def _bounds(field: FieldInfo) -> Iterator[str]:
    for bound in field.metadata:
        for limit, words in (("ge", "from"), ("gt", "above"), ("le", "to"), ("lt", "below")):
            if (value := getattr(bound, limit, None)) is not None:
                yield f"{words} {value}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
