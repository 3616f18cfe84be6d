"""The JSON Schemas of `flows/numbers.yaml` and `flows/holidays.yaml`, for editors. The readers (`read`, `read_hours`)
say what is so; a test holds these to them."""

from __future__ import annotations

from forms.schema import DRAFT, NAME, Schema, flag, many, mapping, number, one_of, table, word
from ivr.flow.verbs.schema import NOTHING_KNOWN, Known
from ivr.numbers.hours import WEEKDAYS

DIALLED = r"^(?!\*$)[\s()./-]*[+0-9*#][0-9*#\s()./-]*$"
WINDOW = r"^\s*[0-9]{1,2}:[0-9]{2} *[-–] *[0-9]{1,2}:[0-9]{2}\s*$"
_DAY = f"(?:{'|'.join(WEEKDAYS)})"
DAYS = rf"^(?:every day|{_DAY}(?: *[-–] *{_DAY})?(?: *, *{_DAY}(?: *[-–] *{_DAY})?)*)$"
DATE = r"^([0-9]{4}-)?[0-9]{1,2}-[0-9]{1,2}$"


def windows(about: str) -> Schema:
    """`closed`, a window, or a list of windows."""
    window = word("A window: 08:00-12:00; past midnight: 22:00-06:00.", WINDOW)
    return {"description": about, "anyOf": [{"const": "closed"}, window, {"type": "array", "items": window}]}


def numbers_schema(known: Known = NOTHING_KNOWN) -> Schema:
    """The schema of numbers.yaml."""
    flow = word("The flow that answers.", NAME, known.flows)
    language = word("The language in which it begins.", "", known.languages)
    answer = {"flow": flow, "language": language, "refuse": one_of("true: the call is refused.", True)}
    callers = many("Lists of callers, by name: one of them must have the caller.", word("A list.", NAME))
    conditions = {
        "callers": callers,
        "hours": many("Hours, by name: one of them must be open.", word("Hours.", NAME)),
        "holiday": word("A calendar of holidays.yaml: it must be one of its days.", NAME),
    }
    closed = table("What callers get while somebody has closed it.", answer)
    entry = table(
        "What answers a number.",
        {
            "title": word("What it is, for people."),
            **answer,
            "when": {
                "description": "Lines: the first that fits decides.",
                "type": "array",
                "minItems": 1,
                "items": table("A line: who calls, when; and what answers.", {**conditions, **answer}),
            },
            "else": table("What answers when no line fits.", answer),
            "closed": closed,
        },
    ) | {"dependentRequired": {"when": ["else"]}}
    hours = {
        "description": "Hours by weekday.",
        "type": "object",
        "properties": {
            "holidays": {
                "description": "What holds on holidays: closed, open (a day like any other), or hours.",
                "anyOf": [{"const": "open"}, windows("Hours of holidays.")],
            },
            "calendar": word("The calendar of holidays.yaml (without it: holidays).", NAME),
        },
        "patternProperties": {DAYS: windows("The hours of this day, or of these days.")},
        "additionalProperties": False,
    }
    listed = word('A number, its beginning ("8*"), or withheld.', rf"{DIALLED}|^withheld$")
    code = table(
        "What the code does, and for whom.",
        {
            "title": word("What it is, for people."),
            "closes": many("A number, a list of numbers, or all.", word("A number, default, or all.")),
            "callers": callers,
            "pin": flag("false: the list of callers is enough; only where your PBX vouches for who calls."),
            "flow": word("The flow that asks for the PIN and switches (without it: line_switch).", NAME, known.flows),
            "language": language,
        },
        ("closes", "callers", "language"),
    )
    return {
        "$schema": DRAFT,
        "title": "Which flow answers which number",
        **table(
            "Numbers are written in quotes.",
            {
                "dialling": table(
                    "How your trunk writes numbers, so that all ways of writing one are one number.",
                    {
                        "country": word("The country code, without + or 00.", r"^[0-9]*$"),
                        "international": word("What is dialled before a country code.", r"^[0-9]*$"),
                        "national": {"description": "What is dialled before an area code.", "type": "string"},
                        "digits": number("A number with this many digits is a national one.", 4, 15, whole=True),
                    },
                    ("country",),
                ),
                "hours": mapping("Hours by name.", hours),
                "callers": mapping("Lists of callers by name.", many("Callers.", listed)),
                "closed": table(
                    "What callers get while a number is closed by hand.", {"flow": flow, "language": language}
                ),
                "default": entry | {"description": "What answers numbers that are not listed; without it: refused."},
                "numbers": mapping("number: what answers it. 10* is every number that begins so.", entry, DIALLED),
                "codes": mapping("Feature codes that close numbers and open them again.", code, DIALLED),
            },
        ),
    }


def holidays_schema() -> Schema:
    """The schema of holidays.yaml."""
    day = table(
        "A day, or days, with other hours.",
        {
            "date": word("2026-10-01, or 10-01 for every year.", DATE),
            "to": word("The last day, when there are several.", DATE),
            "title": word("What it is, for people."),
            "open": windows("Only these hours; without it the day is off."),
            "as": one_of("Worked, by the hours of this weekday.", *WEEKDAYS),
        },
        ("date",),
    )
    return {
        "$schema": DRAFT,
        "title": "Days with other hours",
        **mapping("Calendars by name; hours use the one called holidays.", {"type": "array", "items": day}),
    }
