"""`wardbell notices`: what wards were told, who confirmed, and what reached nobody."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Protocol

import click

from accounts.audit import Hand
from editions.store import EditionDamaged
from forms.errors import FilesBroken, FilesError
from notify.notices import by_hand
from notify.notices.attempts import GIVEN_WAY, TAKEN_BACK
from notify.notices.by_hand import Acted, Came
from notify.notices.listing import Uncalled, list_notices, list_uncalled
from notify.notices.records import UNREACHED, AttemptRecord, NoticeRecord, show_notice
from notify.notices.rules import NoticeRules
from notify.notices.states import State
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.who import os_user

OPEN = (State.WAITING, State.IN_AIR)
_WORDS = {GIVEN_WAY: "gave way to an emergency", TAKEN_BACK: "taken back"}


@click.group()
def notices() -> None:
    """See, acknowledge, stop and repeat notices: the calls that Wardbell makes by itself."""


@notices.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many, newest first.")
@click.option("--unreached", "which", flag_value="unreached", help="Only those that nobody confirmed.")
@click.option("--open", "which", flag_value="open", help="Only those that are not over.")
@click.pass_obj
def list_(desk: ClerkDesk, limit: int, which: str | None) -> None:
    """List notices, newest first."""
    states = {"unreached": UNREACHED, "open": OPEN}.get(which or "", ())
    found = desk.database.run_now(list_notices, states, limit)
    if found:
        rows = [
            (one.id, one.kind, _whom(one), one.state, one.attempts, _local(desk, one.created_at), one.reason)
            for one in found
        ]
        click.echo(table(("notice", "rule", "for", "state", "calls", "made at", "reason"), rows))
    else:
        click.echo("no such notices" if states else "no notices yet")
    for one in _uncalled(desk, 1):
        click.secho(f"today {one}", fg="yellow")


@notices.command()
@click.option("--days", default=1, show_default=True, type=click.IntRange(1, 366), help="How far back; 1 is today.")
@click.pass_obj
def uncalled(desk: ClerkDesk, days: int) -> None:
    """Show what was accepted and called nobody, because no rule of notices.yaml takes it."""
    found = _uncalled(desk, days)
    if not found:
        click.echo("every event was taken by a rule")
        return
    rows = [(one.kind, one.count, _local(desk, one.last_at), one.why) for one in found]
    click.echo(table(("event", "times", "last at", "why nobody is called"), rows))


def _uncalled(desk: ClerkDesk, days: int) -> list[Uncalled]:
    today = desk.wallclock().astimezone(desk.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return desk.database.run_now(list_uncalled, today - timedelta(days=days - 1))


@notices.command("show")
@click.argument("notice", type=int)
@click.pass_obj
def show(desk: ClerkDesk, notice: int) -> None:
    """Show one notice and every call that was made for it."""
    found = desk.database.run_now(show_notice, notice)
    if found is None:
        raise click.ClickException(f"no notice {notice}")
    click.echo(f"notice {found.id}  {found.kind}  for {_whom(found)}  {found.state}  {found.reason}".rstrip())
    click.echo(f"made {_local(desk, found.created_at)}, expires {_local(desk, found.expires_at)}")
    if found.state is State.WAITING:
        click.echo(f"next call {_local(desk, found.due_at)}")
        if found.telephone:
            click.echo(f"waits for {found.telephone}: a call of ours uses it, and tells this notice too if it can")
    if found.acknowledged_at is not None:
        why = f": {found.acknowledged_why}" if found.acknowledged_why else ""
        click.echo(f"acknowledged by {found.acknowledged_by} at {_local(desk, found.acknowledged_at)}{why}")
    if found.again_of is not None:
        click.echo(f"calls notice {found.again_of} again")
    if found.again_as is not None:
        click.echo(f"notice {found.again_as} tells the same since")
    click.echo(json.dumps(found.variables, ensure_ascii=False))
    if found.made:
        columns = ("call", "role", "number", "began", "answered", "ended", "how", "heard", "trace")
        rows = [
            (
                one.number,
                one.role,
                one.target,
                _local(desk, one.began_at),
                _local(desk, one.answered_at),
                _local(desk, one.ended_at),
                _how(found, one),
                "yes" if one.heard else "no",
                one.call_id[:8],
            )
            for one in found.made
        ]
        click.echo(table(columns, rows))


@notices.command()
@click.argument("notice", type=int)
@click.option("--reason", default="cancelled by a clerk", show_default=True, help="A reason, kept with the notice.")
@click.pass_obj
def cancel(desk: ClerkDesk, notice: int, reason: str) -> None:
    """Stop a notice: its call stops ringing, a listener hears that it is called off, and it rings no more."""
    _told(desk, notice, desk.database.run_now(by_hand.call_off, notice, _hand(desk, reason)))
    click.echo(f"notice {notice} cancelled")


@notices.command()
@click.argument("numbers", metavar="NOTICE...", type=int, nargs=-1, required=True)
@click.option("--by", default="", show_default="you", help="Who took notice.")
@click.option("--reason", required=True, help="How, such as: told the ward in person.")
@click.pass_obj
def acknowledge(desk: ClerkDesk, numbers: tuple[int, ...], by: str, reason: str) -> None:
    """Say that somebody took notice without the telephone: it stops ringing at once and rings no more.

    A notice that failed or expired stays so, and is not listed as unconfirmed any more.
    """
    for number in numbers:
        _told(desk, number, desk.database.run_now(by_hand.acknowledge, number, _hand(desk, reason), None, by))
        click.echo(f"notice {number} acknowledged")


class RulesDesk(ClerkDesk, Protocol):
    """What `again` needs besides."""

    def notice_rules(self) -> NoticeRules:
        """The rules in force."""


@notices.command()
@click.argument("notice", type=int)
@click.option("--reason", default="", help="A reason, kept with the old notice.")
@click.pass_obj
def again(desk: RulesDesk, notice: int, reason: str) -> None:
    """Call again what failed, expired or was cancelled: a new notice by the same rule, from its first step on."""
    try:
        rules = desk.notice_rules()
    except (FilesBroken, FilesError, EditionDamaged) as broken:
        raise click.ClickException(f"the rules of notices cannot be read:\n{broken}") from broken
    acted = desk.database.run_now(by_hand.call_again, rules, notice, _hand(desk, reason))
    _told(desk, notice, acted)
    click.echo(f"notice {acted.notice} calls notice {notice} again")


def _hand(desk: ClerkDesk, reason: str) -> Hand:
    return Hand(os_user(), desk.wallclock(), "command", reason=reason)


_REFUSED = {
    Came.UNKNOWN: "no notice {number}",
    Came.ACKNOWLEDGED: "notice {number} was acknowledged by {by} at {at}",
    Came.CONFIRMED: "notice {number} was already confirmed at {at}, by the telephone {by}",
    Came.DELIVERED: "notice {number} was already heard at {at}",
    Came.CANCELLED: "notice {number} was already over: cancelled at {at} ({by})",
    Came.ENDED: "notice {number} was already over since {at}",
    Came.NOT_OVER: "notice {number} is not over: it is being called, or will be",
    Came.CALLED_AGAIN: "notice {later} tells the same already",
    Came.TAKEN_BACK: "what notice {number} tells was taken back at {at}",
    Came.NO_RULE: "the rule of notice {number} does not exist any more",
}


def _told(desk: ClerkDesk, number: int, acted: Acted) -> None:
    """Raise a sentence for what was not done."""
    if not acted.done:
        at = _local(desk, acted.at)
        raise click.ClickException(_REFUSED[acted.came].format(number=number, by=acted.by, at=at, later=acted.notice))


def _whom(notice: NoticeRecord) -> str:
    """The addressee, as the clerk may know him."""
    whom = notice.addressee
    return f"{whom.kind} {whom.key} {whom.name}".rstrip()


def _how(notice: NoticeRecord, attempt: AttemptRecord) -> str:
    """How an attempt ended. One whose notice is over is not in the air any more, though its call may just be ending."""
    if attempt.cause:
        return _WORDS.get(attempt.cause, attempt.cause)
    if not notice.state.over:
        return "in the air"
    return "confirmed" if attempt.confirmed else "ending"


def _local(desk: ClerkDesk, at: datetime | None) -> str:
    return at.astimezone(desk.zone).strftime("%Y-%m-%d %H:%M:%S") if at is not None else "-"
