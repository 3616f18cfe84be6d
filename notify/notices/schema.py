"""The JSON Schema of `flows/notices.yaml`, for editors. The reader (`rules`) says what is so; a test holds this to
it."""

from __future__ import annotations

from forms.schema import DRAFT, Schema, many, mapping, one_of, table, word
from ivr.flow.verbs.schema import NOTHING_KNOWN, Known
from notify.hl7.adt import FIELDS
from notify.notices.addressee import OWN
from notify.notices.escalation import Confirm, Missed, Priority
from notify.notices.facts import HL7, SPOKEN, Kind
from notify.notices.rules import LISTENER, ROLES

TIME = r"^[0-9]{1,6}[smhd]$"
RING = r"^0*([2-9]|[1-9][0-9]{1,2})s$|^0*[1-5]m$"
TRUTH: Schema = {"description": "true or false", "enum": [True, False, "true", "false"]}
TEXT: Schema = {"description": "A text or a number.", "type": ["string", "integer"]}
FIELD = r"^[A-Z][A-Z0-9]{2}-[0-9]+(\.[0-9]+)*$"


def notices_schema(known: Known = NOTHING_KNOWN) -> Schema:
    """The schema of notices.yaml."""
    span = word("A time: 30s, 5m, 2h or 1d.", TIME)
    waits = {cause.value: {"type": "array", "items": span, "maxItems": 20} for cause in Missed}
    retry = table("The waits between rounds, by how the last call of a round ended.", waits)
    ring = word("How long it rings: 2s to 5m.", RING)
    number: Schema = {"anyOf": [word("A number.", r"^\+?[0-9*#]{1,24}$"), {"type": "integer", "minimum": 0}]}
    when = mapping("Facts that the event must have.", {"type": ["string", "boolean", "integer"]}, r".")
    of_hl7 = {name: TRUTH if kind is Kind.TRUTH else TEXT for name, kind in HL7.items()}
    when["properties"] = {name: TRUTH for name, kind in HL7.items() if kind is Kind.TRUTH}
    event = word("The event.", "", known.events)
    step = table(
        "Whom to call; one after the other is a round.",
        {
            "call": many(
                f"A role of the ward; {', '.join(OWN)}, as `to` says; or a number. "
                f"{LISTENER}: whoever confirmed what is now taken back or corrected.",
                {"anyOf": [{"enum": [*ROLES, *OWN, LISTENER]}, number]},
            ),
            "ring": ring,
            "retry": retry,
        },
        ("call",),
    )
    notice = table(
        "What follows from an event.",
        {
            "title": word("What it is, for people."),
            "event": event,
            "to": table(
                "Whom it is for; without it the ward of the event.",
                {
                    "patient": word("The fact of the event that holds the patient's card."),
                    "person": word("A person's name; with telephones."),
                    "number": {"anyOf": [*number["anyOf"], word("The fact of the event that holds the number.")]},
                    "telephones": many("A person's telephones, in the order in which they are called.", number),
                    "language": word("The language of a person or a number.", "", known.languages),
                    "zone": word("The time zone of a person or a number: Asia/Shanghai"),
                },
            ),
            "when": when,
            "flow": word("The flow that whoever picks up hears.", "", known.flows),
            "language": word("Its language.", "", known.languages),
            "priority": one_of("Who gets a line first.", *(one.name.lower() for one in Priority)),
            "confirm": one_of(
                "What ends it: a key, having heard it, having answered.", *(one.value for one in Confirm)
            ),
            "expires_after": word("After that it is reported instead of called.", TIME),
            "ring": ring,
            "private": many("Facts that nobody but the right person may hear.", word("A fact.")),
            "cancels": many("Events that this one takes back: their calls stop, whoever confirmed is called.", event),
            "corrects": many("Events that this one corrects: their calls tell the new values.", event),
            "within": word("How old what is taken back or corrected may be (1d when it is left out).", TIME),
            "steps": {"description": "Whom to call, in order.", "type": "array", "minItems": 1, "items": step},
        },
        ("event", "flow", "language", "priority", "confirm", "expires_after", "steps"),
    )
    if known.of_hl7:  # their facts are known
        notice["allOf"] = [
            {
                "if": {"properties": {"event": {"enum": sorted(known.of_hl7)}}, "required": ["event"]},
                "then": {
                    "properties": {
                        "when": table("Facts that the event must have.", of_hl7),
                        "private": many("Facts that the flow is given.", {"enum": sorted(SPOKEN)}),
                    }
                },
            }
        ]
    silence = table("Events that are meant to call nobody.", {"event": event, "when": when}, ("event",))
    field = word("A field: PV1-3.1", FIELD)
    hl7 = table(
        "How the hospital system's messages are read.",
        {
            "events": mapping("Trigger of ADT: event.", word("The event."), r"^A[0-9]{2}$"),
            "others": one_of("What is answered to other messages.", "accept", "reject"),
            "processing": {
                "description": "MSH-11 that are acted on: P production, T training, D test.",
                "type": "array",
                "items": one_of("P, T or D.", "P", "T", "D"),
            },
            "fields": table(
                "Where things are; the first that is filled counts.", {one: many(one, field) for one in FIELDS}
            ),
            "urgent": mapping("field: values that make an event urgent.", many("Values.", word("A value.")), FIELD),
        },
    )
    return {
        "$schema": DRAFT,
        "title": "Whom Wardbell calls by itself",
        **table(
            "Notices: what is told to whom, and what follows when nobody answers.",
            {
                "events": {
                    "description": "Events that flows raise with the verb notify.",
                    "type": "array",
                    "items": word("An event."),
                },
                "hl7": hl7,
                "retry": retry,
                "last_resort": many("Called when nobody of a ward can be.", number),
                "notices": mapping("name: notice.", notice, r"."),
                "nobody": {"description": "What is meant to call nobody.", "type": "array", "items": silence},
            },
            ("notices",),
        ),
    }
