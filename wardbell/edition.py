"""Reads a bundle of the hospital's files into an edition that can be used, or tells all that is wrong with it.

Flows, numbers, notices and texts are checked together: the check before publishing, the check of
the command line and the start of the service are all this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from ivr.bundle import TEXTS, Bundle
from ivr.edition import Edition
from ivr.flow.action import ActionSpec
from ivr.flow.load import NOT_FLOWS, load_sources
from ivr.flow.mistakes import FlowErrors, Mistake
from ivr.numbers import FILE as NUMBERS
from ivr.numbers import HOLIDAYS, Numbers, read_numbers
from notify.errors import RulesBroken
from notify.rules import NoticeRules, read_rules
from prompts.catalog import Catalog
from prompts.errors import CatalogErrors

RULES = "notices.yaml"


@dataclass(frozen=True, slots=True)
class Checked:
    """An edition with the rules of the notices that go with it."""

    edition: Edition
    rules: NoticeRules


def read_edition(
    bundle: Bundle, actions: Mapping[str, ActionSpec], version: int = 0, zone: tzinfo | None = None
) -> Checked:
    """Read and check everything. Raises `FlowErrors` with every mistake in every file."""
    mistakes: list[Mistake] = []
    try:
        texts = Catalog.read(bundle.under(TEXTS))
    except CatalogErrors as wrong:
        mistakes.extend(wrong.mistakes)
        texts = Catalog.read({})
    beside = {bundle.name(f"{name}.yaml") for name in NOT_FLOWS}
    flows = None
    names = {file.removesuffix(".yaml") for file in bundle.files if "/" not in file} - NOT_FLOWS
    try:
        flows = load_sources({n: d for n, d in bundle.under().items() if n not in beside}, texts, actions)
    except FlowErrors as wrong:
        mistakes.extend(wrong.mistakes)
    numbers, rules = Numbers({}), NoticeRules({})
    try:
        numbers = read_numbers(
            bundle.name(NUMBERS),
            bundle.files.get(NUMBERS, b""),
            names,
            texts.languages,
            bundle.files.get(HOLIDAYS),
            bundle.name(HOLIDAYS),
            zone,
        )
    except FlowErrors as wrong:
        mistakes.extend(wrong.mistakes)
    try:
        rules = read_rules(bundle.files.get(RULES, b""), bundle.name(RULES), names, texts.languages)
    except RulesBroken as wrong:
        mistakes.extend(wrong.mistakes)
    if mistakes or flows is None:
        raise FlowErrors(mistakes)
    return Checked(Edition(version, flows, numbers, texts), rules)
