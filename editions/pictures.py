"""The pictures of an edition: of each flow, and the map of what is dialled, notified and called."""

from __future__ import annotations

from collections.abc import Iterator

from editions.edition import Checked
from ivr.drawing.map import Entrance, flow_map
from ivr.drawing.picture import Picture, picture
from ivr.numbers import Numbers
from ivr.numbers.plan import DEFAULT, Clause, Plan, Route
from notify.notices.rules import NoticeRules
from prompts.catalog import Catalog
from prompts.phrase import Field

BY_HAND = "closed by hand"


def pictures(checked: Checked, names: tuple[str, ...], language: str) -> Iterator[Picture]:
    """The pictures of these flows, and of the map by its name."""
    flows = checked.edition.flows.flows
    titles = {name: flow.title for name, flow in flows.items()}
    for name in names:
        if name in flows:
            yield picture(flows[name], titles, lambda id: words(checked.edition.texts, language, id), language)
        else:
            yield flow_map(flows, numbers(checked.edition.numbers), notices(checked.rules))


def words(texts: Catalog, language: str, id: str) -> str:
    """A text as a reader sees it: `您要挂的是‹department›，确认按1。`"""
    parts = texts.phrase(language, id).parts
    return "".join(f"‹{part.path.removesuffix('.name')}›" if isinstance(part, Field) else part.text for part in parts)


def numbers(numbers: Numbers) -> Iterator[Entrance]:
    """What each number leads to, and when."""
    for key, plan in numbers.plans.items():
        shown = "any other number" if key == DEFAULT else key
        for answer, when in _answers(plan):
            if isinstance(answer, Route):
                yield Entrance(shown, answer.flow, answer.language, when, quiet=when == BY_HAND)
    for code in numbers.codes.values():
        yield Entrance(code.code, code.answer.flow, code.answer.language)


def _answers(plan: Plan) -> Iterator[tuple[object, str]]:
    for line in plan.lines:
        yield line.answer, _when(line)
    yield plan.otherwise, "else" if plan.lines else ""
    if plan.closed is not None:
        yield plan.closed, BY_HAND


def _when(line: Clause) -> str:
    holiday = ["holidays"] if line.holiday is not None else []
    return ", ".join(
        [*(hours.name for hours in line.hours), *holiday, *(f"callers {one.name}" for one in line.callers)]
    )


def notices(rules: NoticeRules) -> Iterator[Entrance]:
    """Which flow each notice starts."""
    for rule in rules.rules.values():
        yield Entrance(rule.name, rule.flow, rule.language)
