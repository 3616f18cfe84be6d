"""Names by language, in and out of the tables: Chinese and English must be there, the others may.

Callers of a language that a name lacks hear the English one (`prompts.values` decides).
"""

from __future__ import annotations

from collections.abc import Mapping

from db.tables.names import Named
from hospital.errors import NotAllowed

NEEDED = ("zh", "en")
MORE = ("ru", "pl")
COLUMNS = tuple(f"name_{language}" for language in MORE)
"""What lists of clerks may have beside `name_zh` and `name_en`."""
LONGEST = 80


def names_of(row: Named) -> dict[str, str]:
    """Language -> name, for those that have one."""
    found = {"zh": row.name_zh, "en": row.name_en, "ru": row.name_ru, "pl": row.name_pl}
    return {language: name for language, name in found.items() if name}


def check_names(names: Mapping[str, str], refusal: str) -> None:
    """Raises NotAllowed with `refusal` when a needed one is missing or one is too long."""
    if not all(names.get(language) for language in NEEDED) or any(len(name) > LONGEST for name in names.values()):
        raise NotAllowed(refusal)


def put_names(row: Named, names: Mapping[str, str], refusal: str) -> None:
    """Write the names into a row; a language that is not among them keeps what it had. Raises as `check_names`."""
    check_names(names, refusal)
    row.name_zh, row.name_en = names["zh"], names["en"]
    row.name_ru = names.get("ru", row.name_ru or "")
    row.name_pl = names.get("pl", row.name_pl or "")


def names_in(values: Mapping[str, str]) -> dict[str, str]:
    """The names of one line of a file: `name_zh` and so on; columns that the file lacks say nothing."""
    languages = (*NEEDED, *MORE)
    return {language: values[f"name_{language}"] for language in languages if f"name_{language}" in values}
