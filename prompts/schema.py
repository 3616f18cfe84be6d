"""The JSON Schema of `texts/languages.yaml`, for editors. The reader (`texts.read_languages`) says what is so; a test
holds this to it."""

from __future__ import annotations

from forms.schema import DRAFT, Schema, one_of, table
from prompts.phrase import PLURAL_FORMS


def languages_schema() -> Schema:
    """The schema of languages.yaml."""
    spoken = {
        "description": "The languages that the line speaks; without this file all but Cantonese.",
        "type": "array",
        "minItems": 1,
        "items": one_of("A language that there are texts in.", *sorted(PLURAL_FORMS)),
    }
    whole = table("Which languages callers are spoken to in.", {"languages": spoken}, ("languages",))
    return {"$schema": DRAFT, "title": "Languages of the line", **whole}
