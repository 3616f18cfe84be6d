"""`wardbell numbers`: what each number does now and why; close a number, give it back to its timetable.

The newest published edition says what the running service does; `--draft` asks the files on disk instead.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

import click
from sqlalchemy.orm import Session

from editions import store
from hospital.cards import pin_entries
from hospital.cards.pins import PepperedPins
from ivr.numbers import Answer, Closing, Numbers, Plan, Route, closings
from ivr.numbers.line_actions import pin_subject
from ivr.numbers.plan import DEFAULT
from ivr.numbers.switching import CannotSwitch, chosen, closed_until, closed_until_opening, opened, read_time
from ivr.numbers.week import week
from wardbell.commands.clerk import table
from wardbell.commands.flows.stored import bundle_of
from wardbell.commands.who import hand, os_user
from wardbell.parts import Parts

NOBODY = "nobody"
"""A caller who is on no list."""
PIN_DIGITS = 6

draft_option = click.option("--draft", is_flag=True, help="The files on disk instead of the published edition.")
who_option = click.option("--who", help="Who does it (default: the user of this machine).")
why_option = click.option("--why", default="", help="A note for the record.")


@click.group()
def numbers() -> None:
    """What answers each telephone number, when and for whom: flows/numbers.yaml and flows/holidays.yaml."""


@numbers.command()
@draft_option
@click.pass_obj
def status(parts: Parts, draft: bool) -> None:
    """Show what each number does now for a caller on no list, and what changes next."""
    found, closed, now = _numbers(parts, draft), _closed(parts), _now(parts)
    rows = []
    for key, plan in found.plans.items():
        closing = closed.get(key)
        decided = plan.decide(NOBODY, now, closing)
        change = plan.next_change(NOBODY, now, closing)
        then = ("-", "") if change is None else (f"{change[0]:%a %Y-%m-%d %H:%M}", _told(change[1].answer))
        rows.append((key, plan.title, _told(decided.answer), decided.why, *then))
    click.echo(table(("number", "title", "now", "because", "until", "then"), rows))
    for code in found.codes.values():
        rights = "PIN" if code.pin else "no PIN"
        if code.pin and parts.database.run_now(closings.pin_of, code.code) is None:
            rights = f'no PIN set yet: `wardbell numbers pin "{code.code}"`'
        lists = ", ".join(one.name for one in code.callers)
        click.echo(f"code {code.code} closes {', '.join(code.numbers)}: callers {lists}; {rights}")
    for name, calendar in found.calendars.items():
        if calendar.dates and max(calendar.dates) < now.date():
            click.echo(f'the calendar "{name}" ends on {max(calendar.dates)}: add the days to come', err=True)


@numbers.command()
@click.argument("number")
@click.option("--at", help='Local time, as "2026-12-24 13:00" or 13:00 (default: now).')
@click.option("--from", "caller", default=NOBODY, help="Who calls; empty for a withheld number.")
@click.option("--forwarded", multiple=True, help="A number from which the call was forwarded; the first one first.")
@draft_option
@click.pass_obj
def ask(parts: Parts, number: str, at: str | None, caller: str, forwarded: tuple[str, ...], draft: bool) -> None:
    """Say what would answer a call to NUMBER, and which line of the file decides it."""
    found = _numbers(parts, draft)
    now = _now(parts) if at is None else _time(parts, at, past=True)
    closed = {key: one for key, one in _closed(parts).items() if one.since is None or one.since <= now}
    decided = found.find(number, caller, now, closed, forwarded)
    click.echo(f"{number} at {now:%a %Y-%m-%d %H:%M}: {_told(decided.answer)}")
    if decided.forwarded_from:
        click.echo(f"forwarded from {decided.forwarded_from}, which counts as dialled")
    click.echo(f"{decided.place or 'no line of the file'}: {decided.number or number}: {decided.why}")
    plan = found.by_key(decided.number)
    who = found.dialling.same(caller)
    closing = closed.get(decided.number)
    shut = plan is not None and plan.closed is not None and closing is not None and closing.holds(now)
    for line in plan.lines if plan is not None else ():
        passed = "passed over while it is closed" if shut and line.by_time else ""
        why = passed or line.fits(who, now) or "does not fit"
        here = "->" if (line.place, why) == (decided.place, decided.why) else "  "
        click.echo(f"{here} {line.place}: {why}: {_told(line.answer)}")


@numbers.command("week")
@click.argument("number")
@click.option("--day", help="The first day, as 2026-12-24 (default: today).")
@click.option("--from", "caller", default=NOBODY, help="Who calls; empty for a withheld number.")
@draft_option
@click.pass_obj
def week_(parts: Parts, number: str, day: str | None, caller: str, draft: bool) -> None:
    """Show what answers NUMBER during seven days, stretch by stretch."""
    found, now = _numbers(parts, draft), _now(parts)
    try:
        first = date.fromisoformat(day) if day else now.date()
    except ValueError as wrong:
        raise click.ClickException(f'"{day}" is not a day: write 2026-12-24') from wrong
    plan = found.plan(number) or found.by_key(number) or found.by_key(DEFAULT)
    if plan is None:
        raise click.ClickException(f"nothing answers {number}")
    closing = _closed(parts).get(plan.number)
    for one in week(plan, found.dialling.same(caller), first, parts.zone, closing):
        click.echo(f"{one.day:%a %Y-%m-%d}" + (f"  {one.holiday}" if one.holiday else ""))
        for stretch in one.stretches:
            end = "24:00" if stretch.end.date() > one.day else f"{stretch.end:%H:%M}"
            told = f"{_told(stretch.found.answer)}: {stretch.found.why}"
            click.echo(f"  {stretch.begin:%H:%M}-{end}  {stretch.door:<8}  {told}")


@numbers.command()
@click.argument("number")
@click.option("--until", help='Local time, as 18:00 or "2026-12-24 13:00".')
@click.option("--until-opening", is_flag=True, help="Until the next window of its hours begins.")
@who_option
@why_option
@click.pass_obj
def close(parts: Parts, number: str, until: str | None, until_opening: bool, who: str | None, why: str) -> None:
    """Close NUMBER now (its number, its title, or all), whatever its hours say.

    Without --until and --until-opening it stays closed until it is opened. Every engine knows within a second.
    """
    if until and until_opening:
        raise click.UsageError("--until and --until-opening say different things")
    found, now = _numbers(parts, False), _now(parts)
    end = None if until is None else _time(parts, until)
    plans, by = _plans(found, number), who or os_user()
    with _refused():
        rows = closed_until_opening(plans, by, why, now) if until_opening else closed_until(plans, end, by, why, now)
    parts.database.run_now(closings.switch_by_hand, rows, hand(parts, why))
    for row in rows:
        told = f"until {row.until.astimezone(parts.zone):%a %Y-%m-%d %H:%M}" if row.until else "until it is opened"
        plan = found.plans[row.number]
        click.echo(f"{row.number} closed {told}: callers get {_told(plan.closed) if plan.closed else '-'}")


@numbers.command("open")
@click.argument("number")
@who_option
@why_option
@click.pass_obj
def open_(parts: Parts, number: str, who: str | None, why: str) -> None:
    """Give NUMBER (its number, its title, or all) back to its timetable."""
    found, now = _numbers(parts, False), _now(parts)
    plans = _plans(found, number)
    rows = opened(plans, who or os_user(), why, now)
    parts.database.run_now(closings.switch_by_hand, rows, hand(parts, why))
    for plan in plans:
        click.echo(f"{plan.number} goes by its timetable: {_told(plan.decide(NOBODY, now).answer)} now")


@numbers.command()
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.pass_obj
def history(parts: Parts, limit: int) -> None:
    """Show who closed and opened which number, the newest first."""
    rows = []
    for one in parts.database.run_now(closings.history, limit):
        until = f"{one.until.astimezone(parts.zone):%Y-%m-%d %H:%M}" if one.until else "-"
        at = f"{one.at.astimezone(parts.zone):%Y-%m-%d %H:%M:%S}"
        rows.append((at, one.number, "closed" if one.closed else "opened", until, one.who, one.why, one.call_id))
    click.echo(table(("when", "number", "what", "until", "who", "why", "call"), rows) if rows else "nothing yet")


@numbers.command()
@click.argument("code")
@click.option("--generate", is_flag=True, help="Generate one and print it.")
@who_option
@click.pass_obj
def pin(parts: Parts, code: str, generate: bool, who: str | None) -> None:
    """Set the PIN of a feature CODE, such as *28 (in quotes)."""
    found = _numbers(parts, False)
    if found.dialling.same(code) not in found.codes:
        raise click.ClickException(f"there is no code {code}: codes are listed in flows/numbers.yaml, under `codes`")
    entered = _new_pin(generate)
    subject = pin_subject(found.dialling.same(code))
    hashed = PepperedPins(parts.pepper).hash(subject, entered)

    def work(session: Session) -> None:
        closings.set_pin_by_hand(session, found.dialling.same(code), hashed, who or os_user(), hand(parts))
        pin_entries.forgive(session, subject)

    parts.database.run_now(work)
    click.echo(f"code {code} has a new PIN")


def _new_pin(generate: bool) -> str:
    if generate:
        made = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
        click.echo(f"PIN {made}")
        return made
    entered: str = click.prompt(f"PIN ({PIN_DIGITS} to 12 digits)", hide_input=True, confirmation_prompt=True)
    if not (entered.isascii() and entered.isdigit() and PIN_DIGITS <= len(entered) <= 12):
        raise click.ClickException(f"this PIN is {PIN_DIGITS} to 12 digits")
    return entered


def _numbers(parts: Parts, draft: bool) -> Numbers:
    """The numbers on the air; those on disk while nothing was published, or for a draft."""
    newest = None if draft else parts.database.run_now(store.newest)
    bundle = parts.on_disk() if newest is None else bundle_of(parts, newest.number)
    return parts.check(bundle).edition.numbers


def _closed(parts: Parts) -> Mapping[str, Closing]:
    return parts.database.run_now(closings.closed_numbers)


def _now(parts: Parts) -> datetime:
    return parts.wallclock().astimezone(parts.zone)


def _plans(numbers: Numbers, wanted: str) -> list[Plan]:
    """The entries that are meant, all of which can be closed."""
    with _refused():
        return chosen(numbers, wanted)


def _time(parts: Parts, written: str, *, past: bool = False) -> datetime:
    """A local time as a moment; a time of day is the next one that comes, unless it may be in the past."""
    with _refused():
        return read_time(written, _now(parts), past=past)


@contextmanager
def _refused() -> Iterator[None]:
    """What cannot be done is told in its sentence."""
    try:
        yield
    except CannotSwitch as why:
        raise click.ClickException(str(why)) from why


def _told(answer: Answer) -> str:
    return f"{answer.flow} ({answer.language})" if isinstance(answer, Route) else "refused"
