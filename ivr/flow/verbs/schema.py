"""The schema of each verb: its keys with their kinds and ranges, and what an editor says about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms.schema import (
    DOTTED,
    KEYS,
    NAME,
    VARIABLE,
    Schema,
    flag,
    many,
    mapping,
    number,
    one_of,
    table,
    word,
)
from ivr.flow.verbs.ask import LONGEST


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
WITH = {
    "with": VALUES | {"description": "Values for the texts, by the names used in them. " + VALUES["description"]}
}
LIMIT: dict[str, Schema] = {
    "at_most": number(
        "The step is entered at most this often in a call; the next time `beyond` follows.", 1, 99, whole=True
    ),
    "beyond": word("The step that follows instead, once `at_most` is used up.", NAME),
}
END_KEY = one_of('The key that ends it: "#" (usual), "*" or none.', "#", "*", "none")


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: what it does, its keys beside those of every step, which of them must be there."""

    about: str
    keys: Mapping[str, Schema]
    required: tuple[str, ...] = ()


def then(**outcomes: str) -> Schema:
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


def verbs(known: Known = NOTHING_KNOWN) -> dict[str, Verb]:
    """Every verb of the language."""
    text = {"$ref": TEXT_REFERENCE}

    def said(about: str) -> Schema:
        return many(f"{about} A text, or a list of texts.", text)

    keys = mapping(
        'key: step. Keys are written in quotes: "1", "12", "*".', word("The step that follows, or again.", NAME), KEYS
    )
    action = word("The action that the hospital is asked for.", DOTTED, known.actions)
    prompt = said("Said before it begins.")
    follows = word("The step that follows.", NAME)
    number_to_dial = r"^(\+?[0-9*#]{1,24}|=\s*[a-z][a-z0-9_.]*)$"
    return {
        "say": Verb(
            "Says something, then goes on.",
            {
                "say": said("What is said."),
                "locked": LOCKED,
                "tells": one_of(
                    "The text tells the price (rate), or that a recording is made (recording). It must be locked.",
                    "rate",
                    "recording",
                ),
                "then": follows,
                **WITH,
            },
            ("then",),
        ),
        "menu": Verb(
            "Says something and waits for one of its keys.",
            {
                "menu": said("What is said."),
                "keys": keys | {"minProperties": 1},
                "consent": word("The key by which the caller agrees to the price.", KEYS),
                "identifies": word("The key by which whoever picked up says that they are the person called.", KEYS),
                **WAITING,
                **WITH,
            },
            ("keys",),
        ),
        "ask": Verb(
            "Asks for digits and keeps them in a variable.",
            {
                "ask": said("What is said."),
                "as": word("The variable that takes the digits.", NAME),
                "min": number("At least this many digits.", 1, LONGEST, 1, whole=True),
                "max": number("At most this many digits.", 1, LONGEST, LONGEST, whole=True),
                "end_key": END_KEY,
                "secret": flag("A password or the like: it never reaches a log, a trace or a text."),
                "then": follows,
                **WAITING,
                **WITH,
            },
            ("as", "then"),
        ),
        "choose": Verb(
            "Reads out a list of the hospital, one key per item, 9 for more; what is chosen becomes a variable.",
            {
                "choose": word("The action that gives the list.", DOTTED, known.lists),
                "prompt": said("Said before the list."),
                "each": said("Said for every item; it names {key} and parts of {item}."),
                "after": said("Said after the list."),
                "as": word("The variable that takes the chosen item.", NAME),
                "keys": mapping('Further keys: "0", "*" and "#" are free.', follows, r"^[0*#]$"),
                "then": OUTCOMES,
                **WAITING,
                **WITH,
            },
            ("each", "as", "then"),
        ),
        "do": Verb(
            "Asks the hospital for something; each outcome has its exit.",
            {"do": action, "then": OUTCOMES, **WITH},
            ("then",),
        ),
        "when": Verb(
            "Decides: the first condition that holds leads on.",
            {
                "when": {
                    "description": "Conditions in order.",
                    "type": "array",
                    "minItems": 1,
                    "items": table(
                        "A condition and where it leads.",
                        {
                            "if": word('A condition: expert.fee <= 2000 && half == "am"') | {"maxLength": 200},
                            "then": follows,
                        },
                        ("if", "then"),
                    ),
                },
                "else": word("The step that follows when no condition holds.", NAME),
                "error": word("The step that follows when a condition has no answer (a part is missing).", NAME),
            },
            ("else",),
        ),
        "set": Verb("Sets variables.", {"set": VALUES, "then": follows}, ("then",)),
        "call": Verb(
            "Another flow, with variables of its own; each of its outcomes has an exit here.",
            {"call": word("The flow.", NAME, known.flows), "then": OUTCOMES, **WITH},
        ),
        "language": Verb(
            "From here on the call speaks another language.",
            {
                "language": word("A language (en), or a variable (=patient.language).", "", known.languages),
                "then": follows,
                "else": word(
                    "The step that follows when there are no texts in the language that the variable holds.", NAME
                ),
            },
            ("then",),
        ),
        "pace": Verb(
            "From here on slow (a slower voice, twice the time for keys), or usual again.",
            {
                "pace": {
                    "description": "slow, usual, or a variable.",
                    "anyOf": [{"enum": ["slow", "usual"]}, {"type": "string", "pattern": VARIABLE}],
                },
                "then": follows,
            },
            ("then",),
        ),
        "record": Verb(
            "Records what the caller says after a tone. The caller must have been told.",
            {
                "record": said("What is said before the tone."),
                "as": word("The variable that takes the recording: id and seconds.", NAME),
                "max": number("Seconds at most.", 1, 3600, 120),
                "silence": number("Seconds of quiet that end it; 0: never.", 0, 60, 5),
                "end_key": END_KEY,
                "locked": LOCKED,
                "tells": one_of("The text says that a recording is made. It must be locked.", "recording"),
                "then": then(recorded="Something was said.", silent="Nothing was said."),
                **WITH,
            },
            ("as", "then"),
        ),
        "dial": Verb(
            "Calls somebody and lets the two talk; when the other side hangs up, the flow goes on.",
            {
                "dial": word(
                    'A number in quotes ("8000"), or a variable; never digits that the caller keyed in.', number_to_dial
                ),
                "prompt": prompt,
                "ring": number("Seconds that it may ring.", 3, 180, 25),
                "then": then(
                    talked="They talked.",
                    busy="The other side was busy.",
                    no_answer="Nobody answered.",
                    refused="The other side refused.",
                ),
                **WITH,
            },
            ("then",),
        ),
        "notify": Verb(
            "Raises an event, so that whoever notices.yaml names is called.",
            {
                "notify": word("The event.", NAME, known.events),
                "then": then(raised="It is stored, and the calls will be made."),
                **WITH,
            },
            ("then",),
        ),
        "queue": Verb(
            "Waits for an agent, then talks. Not on the line yet: to try and to test.",
            {
                "queue": word("The queue.", ""),
                "prompt": prompt,
                "priority": number("0 (usual) to 9 (first).", 0, 9, 0, whole=True),
                "longest": number("Seconds of waiting at most.", 5, 7200, 600),
                "then": then(
                    served="They talked.",
                    timed_out="Nobody was free in time.",
                    full="Too many wait.",
                    closed="Nobody works now.",
                    left="The caller left by a key.",
                ),
                **WITH,
            },
            ("then",),
        ),
        "consult": Verb(
            "A paid talk with an expert, billed by the minute. Not on the line yet: to try and to test.",
            {
                "consult": word("The service."),
                "card": word("Whose card pays: a variable, =card by default.", VARIABLE),
                "prompt": prompt,
                "then": then(
                    finished="They talked.",
                    short="The money was not enough.",
                    nobody="No expert was free.",
                    broken_off="The talk broke off.",
                ),
                **WITH,
            },
            ("then",),
        ),
        "room": Verb(
            "Into a conference room. Not on the line yet: to try and to test.",
            {
                "room": word("The room."),
                "speaks": flag("false: only listens."),
                "prompt": prompt,
                "then": then(
                    left="The caller or the room left off.", full="The room is full.", closed="The room is closed."
                ),
                **WITH,
            },
            ("then",),
        ),
        "hangup": Verb(
            "Ends the call, however deep.", {"hangup": word("The outcome, for the record of the call.", NAME)}
        ),
        "return": Verb(
            "Back to the calling flow with an outcome.", {"return": word("One of the flow's outcomes.", NAME)}
        ),
    }
