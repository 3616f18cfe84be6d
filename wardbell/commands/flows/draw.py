"""`wardbell flows draw`: a picture of each flow and a map of all, to print and to pin to the wall."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from editions.declared import ACTIONS
from editions.edition import Checked, read_edition
from forms.errors import FilesBroken
from ivr.drawing.map import NAME as MAP
from ivr.drawing.map import Entrance, flow_map
from ivr.drawing.picture import Picture, picture
from ivr.drawing.program import CHINESE_FONT, FORMATS, CannotDraw, drawn, shows_chinese
from ivr.numbers import Numbers
from ivr.numbers.plan import DEFAULT, Clause, Plan, Route
from notify.notices.rules import NoticeRules
from prompts.catalog import Catalog
from prompts.phrase import Field
from wardbell.commands.flows.stored import bundle_of
from wardbell.parts import Parts

BY_HAND = "closed by hand"


@click.command()
@click.argument("flows", nargs=-1, metavar="[FLOW]...")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("drawings"), show_default=True,
              help="Folder to write to.")  # fmt: skip
@click.option("--language", default="zh", show_default=True, help="Language of the words on the pictures.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="svg", show_default=True,
              help="svg opens in every browser, pdf prints, dot is Graphviz's own text.")  # fmt: skip
@click.option("--edition", type=click.IntRange(1), help="A published edition instead of the files on disk.")
@click.option("--later", is_flag=True, help="Also flows with verbs that the line cannot carry out yet.")
@click.pass_obj
def draw(
    parts: Parts,
    flows: tuple[str, ...],
    out: Path,
    language: str,
    format_: str,
    edition: int | None,
    later: bool,
) -> None:
    """Draw the flows as they stand on disk, or those of an edition.

    Without a FLOW: every flow, and the map of all (`map`): which numbers and notices lead to which flow, and
    which flow calls which. Every picture fits a sheet; its last line says which.
    """
    try:
        bundle = parts.on_disk() if edition is None else bundle_of(parts, edition)
        checked = read_edition(bundle, ACTIONS, edition or 0, parts.zone, later=later)
    except FilesBroken as wrong:
        raise click.ClickException(f"flows with mistakes cannot be drawn:\n{wrong}") from wrong
    languages = checked.edition.texts.languages
    if language not in languages:
        raise click.UsageError(f'no language "{language}" (there are {", ".join(languages)})')
    known = [*sorted(checked.edition.flows.flows), MAP]
    for name in flows:
        if name not in known:
            raise click.UsageError(f'no flow "{name}" (there are {", ".join(known)})')
    try:
        out.mkdir(parents=True, exist_ok=True)
        for one in pictures(checked, flows or tuple(known), language):
            path = out / f"{one.name}.{format_}"
            path.write_bytes(drawn(one, format_, checked.edition.version))
            click.echo(str(path))
        if format_ in ("png", "pdf") and language in ("zh", "yue") and not shows_chinese():
            click.echo(f"no font here has Chinese characters (boxes instead): apt-get install {CHINESE_FONT}", err=True)
    except CannotDraw as wrong:
        raise click.ClickException(str(wrong)) from wrong
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename or out}: {wrong.strerror}") from wrong


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
