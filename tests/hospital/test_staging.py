"""A large file comes in while everything else goes on: in slices, with one outcome, whatever dies in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from db.database import Database
from db.tables.imports import ImportLineRow, ImportRow
from hospital.cards import cards, cards_csv
from hospital.cards.pins import PlainPins
from hospital.clinic import registration, rota, rota_csv
from hospital.errors import Mistakes
from hospital.import_rows import left_behind
from hospital.imports import KINDS
from hospital.staging import Brought, Staging
from tests.faults import Faults
from tests.hospital.conftest import TOMORROW, SmallHospital

MANY = 300


def file(count: int = MANY, last: str = "") -> bytes:
    lines = [f"{3000000 + n},患者{n},139{n:04},{1000 + n},10.00" for n in range(count)]
    return "\n".join(["number,patient,phone,pin,opening_balance", *lines, last]).encode()


class Killed(Exception):
    """The command dies here."""


class Dying:
    """The database of a command that is killed before or after its `number`-th transaction."""

    def __init__(self, database: Database, number: int, after: bool) -> None:
        self._database = database
        self._left = number
        self._after = after
        self.dialect = database.dialect

    def run_now(self, work: Callable[..., Any], *args: Any) -> Any:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        came = self._database.run_now(work, *args)
        if self._left == 0:
            raise Killed
        return came


def stored(hospital: SmallHospital) -> int:
    return sum(one.number.startswith("3") for one in hospital.run(cards.every))


def leftovers(hospital: SmallHospital) -> int:
    return hospital.run(lambda session: session.query(ImportRow).count() + session.query(ImportLineRow).count())


def test_a_file_of_many_lines_is_all_there(hospital: SmallHospital) -> None:
    for _ in range(2):
        assert hospital.bring("cards", "cards.csv", file()) == MANY
    assert (stored(hospital), leftovers(hospital)) == (MANY, 0)
    assert hospital.balance("3000299") == 1000
    assert hospital.ask("card.check_pin", card_number="3000299", pin="1299").name == "right"


def test_a_mistake_in_the_last_line_keeps_everything_out(hospital: SmallHospital) -> None:
    hospital.bring("cards", "cards.csv", b"number,patient,phone,opening_balance\n3000299,A,1,7.00\n")
    with pytest.raises(Mistakes, match=r"cards\.csv:301: opening:3000299 was used for another movement of money"):
        hospital.bring("cards", "cards.csv", file())
    assert (stored(hospital), leftovers(hospital)) == (1, 0)


def test_others_have_their_turn_between_the_slices(hospital: SmallHospital) -> None:
    seen: list[int] = []

    def others(_: float) -> None:
        seen.append(stored(hospital))
        hospital.run(cards.change, "100001", phone=f"{len(seen)}")  # a write of somebody else

    staged = cards_csv.staged(cards_csv.parse("cards.csv", file(), hospital.pins))
    staging = Staging(hospital.database, hospital.wallclock, pause=others)
    staging.bring(cards_csv.KIND, "cards.csv", staged, hospital.hand())
    if hospital.database.dialect == "sqlite":
        assert seen[0] == 0
        assert len(set(seen)) > 2
    assert stored(hospital) == MANY


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", [2, 3, 4, 6, 8, 9, 10, 12, 14, 16, 20])
def test_wherever_the_command_dies_the_next_one_or_the_service_makes_it_all_or_nothing(
    hospital: SmallHospital, faults: Faults, number: int, after: bool
) -> None:
    staged = cards_csv.staged(cards_csv.parse("cards.csv", file(), PlainPins()))
    dying = Staging(Dying(hospital.database, number, after), hospital.wallclock, pause=lambda _: None)  # type: ignore[arg-type]
    try:
        dying.bring(cards_csv.KIND, "cards.csv", staged, hospital.hand())
        died = False
    except Killed:
        died = True
    decided = any(one.decided for one in hospital.run(left_behind))
    going_on = Staging(hospital.database, hospital.wallclock, pause=lambda _: None)
    going_on.go_on(KINDS)  # too early: somebody may be at it
    hospital.wallclock.advance(hours=2)
    going_on.go_on(KINDS)
    assert stored(hospital) in (0, MANY)
    if decided or not died:
        assert stored(hospital) == MANY
        assert hospital.balance("3000000") == hospital.balance("3000299") == 1000
    assert leftovers(hospital) == 0


def test_what_became_impossible_meanwhile_is_told_and_the_rest_is_stored(hospital: SmallHospital) -> None:
    """A place is booked between the check and the duty's turn."""
    rows = [f"{TOMORROW + timedelta(n)},pm,neike,7,甲,Dr A,5,1.00" for n in range(1, 60)]
    heading = "date,half,department,expert,name_zh,name_en,places,fee"
    content = "\n".join([heading, *rows, f"{TOMORROW},am,neike,1,甲,Dr A,0,1.00"]).encode()
    booked: list[object] = []

    def somebody_books(_: float) -> None:
        if not booked:
            booked.append(hospital.run(registration.book_expert, hospital.request(), hospital.rota_id("1")))

    staged = rota_csv.staged(rota_csv.parse("rota.csv", content))
    if hospital.database.dialect != "sqlite":
        return  # without pauses nobody comes in between here
    staging = Staging(hospital.database, hospital.wallclock, pause=somebody_books)
    came = staging.bring(rota_csv.KIND, "rota.csv", staged, hospital.hand())
    assert came == Brought(59, ("rota.csv:61: 1 places are booked already, so 0 are too few",))
    assert len(hospital.run(rota.between, TOMORROW, TOMORROW + timedelta(90))) == 2 + 59
