"""Kinds of examinations and their rooms as CSV files, in and out: `code,name_zh,name_en,minutes,preparation` and
`code,name_zh,name_en,opens,closes`; both may have `name_ru` and `name_pl`. The order of lines is the order in which
they are listed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from hospital import csv_file, names
from hospital.csv_file import Row
from hospital.errors import Mistakes
from hospital.exams import rooms
from hospital.exams.rooms import KindRecord, RoomRecord
from hospital.import_kind import Kind, Staged

KIND_COLUMNS = ("code", "name_zh", "name_en", "minutes", "preparation")
ROOM_COLUMNS = ("code", "name_zh", "name_en", "opens", "closes")


def parse_kinds(name: str, content: bytes) -> list[tuple[Row, KindRecord]]:
    """The file's kinds. Raises Mistakes with every sentence."""
    found = csv_file.each(name, csv_file.read(name, content, KIND_COLUMNS, names.COLUMNS), _kind)
    csv_file.refuse_twice(
        name, found, lambda one: one.code, lambda one, first: f"{one.code} is in line {first} already"
    )
    return found


def parse_rooms(name: str, content: bytes) -> list[tuple[Row, RoomRecord]]:
    """The file's rooms. Raises Mistakes with every sentence."""
    found = csv_file.each(name, csv_file.read(name, content, ROOM_COLUMNS, names.COLUMNS), _room)
    csv_file.refuse_twice(
        name, found, lambda one: one.code, lambda one, first: f"{one.code} is in line {first} already"
    )
    return found


def staged(found: Iterable[tuple[Row, KindRecord]] | Iterable[tuple[Row, RoomRecord]]) -> list[Staged]:
    """The lines as they are set aside."""
    return [Staged(line.number, asdict(one)) for line, one in found]


KINDS_FILE = Kind.of_lines(
    "exam kinds",
    lambda _, one: rooms.check_kind(KindRecord(**one.content)),
    lambda session, one, _: rooms.store_kind(session, KindRecord(**one.content)),
)
ROOMS_FILE = Kind.of_lines(
    "exam rooms",
    lambda _, one: rooms.check_room(RoomRecord(**one.content)),
    lambda session, one, _: rooms.store_room(session, RoomRecord(**one.content)),
)
"""What an import does with these files."""


def dump_kinds(found: Iterable[KindRecord]) -> str:
    """The file that `parse_kinds` reads."""
    rows = ((one.code, one.name["zh"], one.name["en"], one.minutes, one.preparation, *_more(one.name)) for one in found)
    return csv_file.write((*KIND_COLUMNS, *names.COLUMNS), rows)


def dump_rooms(found: Iterable[RoomRecord]) -> str:
    """The file that `parse_rooms` reads."""
    rows = ((one.code, one.name["zh"], one.name["en"], one.opens, one.closes, *_more(one.name)) for one in found)
    return csv_file.write((*ROOM_COLUMNS, *names.COLUMNS), rows)


def _twice(one: KindRecord | RoomRecord, first: int) -> str:
    return f"{one.code} is in line {first} already"


def _more(name: dict[str, str]) -> list[str]:
    return [name.get(language, "") for language in names.MORE]


def _kind(line: Row) -> KindRecord:
    values = line.values
    if not (values["minutes"].isascii() and values["minutes"].isdigit() and len(values["minutes"]) < 5):
        raise Mistakes([f'minutes is "{values["minutes"]}", not a number'])
    name = names.names_in(values)
    return KindRecord(values["code"], name, int(values["minutes"]), values["preparation"], line.number)


def _room(line: Row) -> RoomRecord:
    values = line.values
    return RoomRecord(values["code"], names.names_in(values), values["opens"], values["closes"], position=line.number)
