"""The pictures of an edition: of each flow, and the map of what is dialled, notified and called."""

from __future__ import annotations

from collections.abc import Iterator

from editions.edition import Checked
from ivr.drawing.map import Entrance, flow_map
from ivr.drawing.picture import Picture, picture
from ivr.numbers import Numbers
from ivr.numbers.plan import DEFAULT, Clause, Plan, Route
from ivr.words import Words, words_in
from notify.notices.rules import NoticeRules
from prompts.catalog import Catalog
from prompts.phrase import Field


def pictures(checked: Checked, names: tuple[str, ...], language: str, labels: str = "en") -> Iterator[Picture]:
    """The pictures of these flows, and of the map by its name; `labels` is the language of our own words on them."""
    own = words_in(labels)
    flows = checked.edition.flows.flows
    titles = {name: flow.title for name, flow in flows.items()}
    for name in names:
        if name in flows:
            yield picture(flows[name], titles, lambda id: words(checked.edition.texts, language, id), language, labels)
        else:
            yield flow_map(flows, numbers(checked.edition.numbers, own), notices(checked.rules), labels)


def words(texts: Catalog, language: str, id: str) -> str:
    """A text as a reader sees it: `您要挂的是‹department›，确认按1。`"""
    parts = texts.phrase(language, id).parts
    return "".join(f"‹{part.path.removesuffix('.name')}›" if isinstance(part, Field) else part.text for part in parts)


def numbers(numbers: Numbers, own: Words = str) -> Iterator[Entrance]:
    """What each number leads to, and when."""
    for key, plan in numbers.plans.items():
        shown = own("any other number") if key == DEFAULT else key
        for answer, when, quiet in _answers(plan, own):
            if isinstance(answer, Route):
                yield Entrance(shown, answer.flow, answer.language, when, quiet)
    for code in numbers.codes.values():
        yield Entrance(code.code, code.answer.flow, code.answer.language)


def _answers(plan: Plan, own: Words) -> Iterator[tuple[object, str, bool]]:
    """What answers, when, and whether that is seldom."""
    for line in plan.lines:
        yield line.answer, _when(line, own), False
    yield plan.otherwise, own("else") if plan.lines else "", False
    if plan.closed is not None:
        yield plan.closed, own("closed by hand"), True


def _when(line: Clause, own: Words) -> str:
    holiday = [own("holidays")] if line.holiday is not None else []
    callers = [own("callers %(list)s") % {"list": one.name} for one in line.callers]
    return ", ".join([*(hours.name for hours in line.hours), *holiday, *callers])


def notices(rules: NoticeRules) -> Iterator[Entrance]:
    """Which flow each notice starts."""
    for rule in rules.rules.values():
        yield Entrance(rule.name, rule.flow, rule.language)
