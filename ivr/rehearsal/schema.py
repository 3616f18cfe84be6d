"""The JSON Schema of the flow tests, `flows/tests/*.yaml`, for editors. The reader (`written`) says what is so; a test
holds this to it."""

from __future__ import annotations

from forms.schema import DRAFT, NAME, Schema, many, mapping, table, word
from ivr.flow.verbs.schema import NOTHING_KNOWN, Known

SPAN = r"^[0-9]{1,5}(\.[0-9]{1,3})? ?s$"
AT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?$"
OUTCOME = {
    "description": "An outcome; or outcome: values; or outcome: a list of items.",
    "anyOf": [
        {"type": "string", "pattern": NAME},
        {"type": "object", "minProperties": 1, "maxProperties": 1, "propertyNames": {"pattern": NAME}},
    ],
}


def schema_of_tests(known: Known = NOTHING_KNOWN) -> Schema:
    """The schema of a file of flow tests."""
    actions = (*known.actions, *known.lists)
    values = {"description": "name: value.", "type": "object"}
    given = {"with": values}
    after = word("So long after the last line, in the middle of a text: 1.5s.", SPAN)
    said = many(
        "A text by its name, or some words of it; or a list, in order.", word("A text or words.", "", known.texts)
    )
    lines = {
        "press": (
            {
                "press": many(
                    'Keys ("1"), or nothing: the line waits in vain; or a list, one after the other.',
                    word("Keys, or nothing.", r"^([0-9*#A-D]{1,64}|nothing)$"),
                )
            },
            {"after": after},
        ),
        "wait": ({"wait": word("So much time passes: 8s.", SPAN)}, {}),
        "hang_up": ({"hang_up": {"description": "The caller hangs up.", "const": True}}, {"after": after}),
        "says": ({"says": said}, given),
        "not_says": ({"not_says": said}, given),
        "asks": ({"asks": word("An action, or dial, record, notify, queue, consult, room.", "", actions)}, given),
        "enters": ({"enters": word("A step; in another flow: flow.step.")}, {}),
        "speaks": ({"speaks": word("A language, or slow, or usual.", "", known.languages)}, {}),
        "ends": ({"ends": word("The outcome of the call; hung_up when the caller left.", NAME)}, {}),
    }
    setting = {
        "language": word("The language in which the call begins.", "", known.languages),
        "caller": word("The number that calls."),
        "at": word("When, in the hospital's time: 2026-12-24 22:00.", AT),
        "variables": values | {"description": "What the flow needs to begin with."},
        "answers": {
            "description": "action: what it comes to; a list: the first time, the second time, ...",
            "type": "object",
            "propertyNames": {"anyOf": [{"enum": sorted(actions)}, {"type": "string"}]} if actions else {},
            "additionalProperties": {"anyOf": [OUTCOME, {"type": "array", "items": OUTCOME}]},
        },
    }
    call = {
        "description": "What the caller does and what the line says.",
        "type": "array",
        "minItems": 1,
        "items": {"oneOf": [table(line, {**own, **more}, (line,)) for line, (own, more) in lines.items()]},
    }
    return {
        "$schema": DRAFT,
        "title": "Tests of a flow",
        **table(
            "A flow or a number, and calls to it.",
            {
                "flow": word("The flow that is tested.", NAME, known.flows),
                "number": word("The number that is dialled, in quotes."),
                **setting,
                "tests": mapping("What is tested: how.", table("A call.", {**setting, "call": call}, ("call",)), r"."),
            },
            ("tests",),
        ),
    } | {"oneOf": [{"required": ["flow"]}, {"required": ["number"]}]}
