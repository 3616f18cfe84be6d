"""The pieces that the schemas of verbs are made of, for editors: what many verbs share. Each verb says its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms.schema import NAME, Schema, flag, many, mapping, number, one_of, table, word


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to choose from in this hospital, for completion; other names are no mistake here."""

    texts: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """Actions for `choose`."""
    flows: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    """Events that notices follow."""
    of_hl7: tuple[str, ...] = ()
    """Those of them that only the hospital's system sends: their facts are known."""


VALUES: Schema = {
    "description": "name: value. What begins with = is a variable or a part of one (=expert.fee). Digits in quotes.",
    "type": "object",
    "propertyNames": {"pattern": NAME},
}
INPUT: dict[str, Schema] = {
    "attempts": number("After so many failures in a row `exhausted` follows.", 1, 9, 3, whole=True),
    "first_key": number("Seconds until the first key.", 1, 60, 7),
    "inter_key": number("Seconds from key to key.", 0.5, 30, 4),
    "total": number("Seconds for all keys together; without it there is no such limit.", 1, 300),
    "no_input": word("Nothing was pressed in time: again, or a step.", NAME, ["again"]),
    "invalid": word("A wrong key, or too few digits: again, or a step.", NAME, ["again"]),
    "exhausted": word("The step that follows after too many failures of either kind.", NAME),
}
LOCKED = one_of(
    "true: keys do not interrupt the text and do not count. keep: they do not interrupt, but count for the next input.",
    True,
    False,
    "keep",
    "drop",
)
CONFIRM = flag("It confirms money or a booking: keys that were pressed before its text began do not count.")
WAITING = {**INPUT, "locked": LOCKED, "confirm": CONFIRM}
WITH = {"with": VALUES | {"description": "Values for the texts, by the names used in them. " + VALUES["description"]}}
LIMIT: dict[str, Schema] = {
    "at_most": number(
        "The step is entered at most this often in a call; the next time `beyond` follows.", 1, 99, whole=True
    ),
    "beyond": word("The step that follows instead, once `at_most` is used up.", NAME),
}
END_KEY = one_of('The key that ends it: "#" (usual), "*" or none.', "#", "*", "none")


@dataclass(frozen=True, slots=True)
class VerbSchema:
    """A verb: what it does, its keys beside those of every step, which of them must be there."""

    about: str
    keys: Mapping[str, Schema]
    required: tuple[str, ...] = ()


def leads(**outcomes: str) -> Schema:
    """`then` with an exit for each outcome; `error` may be among them."""
    exits = {name: word(about, NAME) for name, about in outcomes.items()}
    error = word("The hospital's systems or the line failed; without it the caller hears an apology first.", NAME)
    whole = table("Which step follows after which outcome.", {**exits, "error": error}, outcomes)
    # One step instead of the map is for what has one outcome only.
    return whole if len(outcomes) > 1 else {"anyOf": [word("The step that follows.", NAME), whole]}


OUTCOMES = {
    "description": "Which step follows after which outcome, or one step where only one outcome is possible.",
    "anyOf": [word("The step that follows.", NAME), mapping("outcome: step", word("The step that follows.", NAME))],
}

NOTHING_KNOWN = Known()
TEXT_REFERENCE = "#/$defs/text"
"""Where the schema of a text's name stands, once for all verbs: the names are many."""


def texts(about: str) -> Schema:
    """A text that is said, or a list of them."""
    return many(f"{about} A text, or a list of texts.", {"$ref": TEXT_REFERENCE})


FOLLOWS = word("The step that follows.", NAME)
PROMPT = texts("Said before it begins.")
