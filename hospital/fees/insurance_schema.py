"""The JSON Schemas of `insurance.yaml` and `catalogue.yaml`, for editors. The readers (`insurance_form`,
`catalogue_form`) decide what is right."""

from __future__ import annotations

from forms.schema import DRAFT, Schema, mapping, one_of, table, word
from hospital.fees.scheme import Class, Per, Scope

_ANY = r"^.+$"


def _written(about: str, pattern: str) -> Schema:
    return {"description": about, "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": pattern}]}


def _money(about: str) -> Schema:
    return _written(about, r"^[0-9]{1,12}(\.[0-9]{1,2})?$")


def _rate(about: str) -> Schema:
    return _written(f"{about} Percent.", r"^[0-9]{1,3}(\.[0-9]{1,2})?\s*%?$")


def _day(about: str) -> Schema:
    return word(about, r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$")


_PER = one_of("What is counted together: the stay, or the calendar year.", *Per)

_TERMS = table(
    "What holds otherwise than the catalogue says.",
    {
        "scope": one_of("How far insurance takes part.", *Scope),
        "own": _rate("What the patient pays before anything else is counted."),
        "limit": _money("The most for one unit in which insurance takes part."),
        "rate": _rate("What insurance pays of it, in place of the tiers."),
    },
)

_STEP = table(
    "What insurance pays up to an amount.",
    {"to": _money("Up to so much that was eligible; the last step has none."), "rate": _rate("What it pays.")},
    ("rate",),
)

_RULE = table(
    "What the scheme pays from one day to another.",
    {
        "from": _day("The first day."),
        "until": _day("The last day; without it the rule goes on."),
        "deductible": {
            "description": "What the patient bears first; several amounts are for the first, second... stay of a year.",
            "anyOf": [
                _money("Of each stay."),
                table(
                    "By stay or year.",
                    {"per": _PER, "amounts": {"type": "array", "minItems": 1, "items": _money("An amount.")}},
                    ("per", "amounts"),
                ),
            ],
        },
        "tiers": {
            "description": "What insurance pays of the rest: one rate, or by how much was eligible.",
            "anyOf": [
                _rate("Of everything."),
                table(
                    "Steps.", {"per": _PER, "steps": {"type": "array", "minItems": 1, "items": _STEP}}, ("per", "steps")
                ),
            ],
        },
        "ceiling": table("The most that insurance pays.", {per: _money(f"Per {per}.") for per in Per}),
        "classes": {
            "description": "Classes of charges that it treats otherwise.",
            "type": "object",
            "properties": dict.fromkeys(Class, _TERMS),
            "additionalProperties": False,
        },
        "items": mapping("Items that it treats otherwise, by their code.", _TERMS, _ANY),
    },
    ("from",),
)


def insurance_schema() -> Schema:
    """The schema of insurance.yaml."""
    languages = {language: word("Its name.") for language in ("zh", "en", "ru", "pl")}
    scheme = table(
        "An insurance.",
        {
            "names": table("What people call it.", languages, ("zh", "en")),
            "codes": {
                "description": "What the hospital's messages call it.",
                "type": "array",
                "items": word("A code."),
            },
            "rules": {"description": "One after the other in time.", "type": "array", "items": _RULE},
        },
        ("names",),
    )
    keys = {"schemes": mapping("Schemes by name.", scheme)}
    return {"$schema": DRAFT, "title": "What insurance pays", **table("All schemes.", keys, ("schemes",))}


def catalogue_schema() -> Schema:
    """The schema of catalogue.yaml."""
    items = word("The lines of a CSV file: code,zh,en,class,scope,own,limit,rate,from,until,ru,pl")
    return {"$schema": DRAFT, "title": "Drugs and services", **table("All items.", {"items": items}, ("items",))}
