"""The JSON Schema (draft 2020-12) of a flow, for editors: they complete keys, explain them, underline what is wrong.

It knows what one file shows: keys, kinds, ranges. What needs more (does the step exist, is the variable set) is
the check's. The reader of the files (`ivr.flow.load`, `ivr.flow.verbs`) says what is so; a test holds this to it.
"""

from __future__ import annotations

from forms.schema import DRAFT, NAME, TEXT_ID, Schema, many, mapping, table, word
from ivr.flow.verbs import VERBS
from ivr.flow.verbs.schema import INPUT, LIMIT, NOTHING_KNOWN, Known, VerbSchema


def verbs(known: Known = NOTHING_KNOWN) -> dict[str, VerbSchema]:
    """Every verb of the language."""
    return {verb: step.schema(known) for verb, step in VERBS.items()}


def flow_schema(known: Known = NOTHING_KNOWN) -> Schema:
    """The schema of a file of `flows/` that is a flow."""
    steps = {
        verb: {"title": verb}
        | table(one.about, {**one.keys, **LIMIT}, (verb, *one.required))
        | {"dependentRequired": {"at_most": ["beyond"], "beyond": ["at_most"]}}
        for verb, one in verbs(known).items()
    }
    return {
        "$schema": DRAFT,
        "title": "A call flow",
        **table(
            "What callers hear and what each key does.",
            {
                "title": word("What it is called, for people."),
                "needs": many("Variables that the calling flow must have set.", word("A variable.", NAME)),
                "start": word("The first step.", NAME),
                "outcomes": mapping(
                    "How the flow can end, and the variables that each end hands back. Without it: end.",
                    many("Variables that it hands back.", word("A variable.", NAME)),
                ),
                "defaults": table(
                    "What applies to every step that does not say otherwise.",
                    {
                        **INPUT,
                        "operator": word("The step that 0 reaches (without it: the step called operator).", NAME),
                        "error": word(
                            "The step that follows when the hospital's systems fail (without it: the operator).", NAME
                        ),
                    },
                ),
                "steps": {
                    "description": "name: step. Each step has one verb.",
                    "type": "object",
                    "minProperties": 1,
                    "propertyNames": {"pattern": NAME, "not": {"enum": ["end", "again"]}},
                    "additionalProperties": {"oneOf": [{"$ref": f"#/$defs/{verb}"} for verb in steps]},
                },
            },
            ("start", "steps"),
        ),
        "$defs": {**steps, "text": word("A text of the catalogues: registration.kind", TEXT_ID, known.texts)},
    }
