"""`wardbell webhooks`: who is told what happens, what was delivered, and a way to try a target out."""

from __future__ import annotations

import base64
import secrets
import uuid
from datetime import datetime

import click
from sqlalchemy.orm import Session

from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.who import hand
from wardbell.parts import Parts
from webhooks import outbox
from webhooks.listing import TargetRecord, list_deliveries, list_targets, show_delivery, switch_on
from webhooks.outbox import DELIVERED, GIVEN_UP, WAITING
from webhooks.post import post
from webhooks.target import PREFIX
from webhooks.what import TEST


@click.group()
def webhooks() -> None:
    """See what other systems are told, try it, send it again (docs/webhooks.md)."""


@webhooks.command("list")
@click.pass_obj
def list_(desk: ClerkDesk) -> None:
    """List the targets of the settings and how they fare."""
    found = desk.database.run_now(list_targets)
    if not found:
        click.echo("no webhooks: the settings name none, or the service has not been started since")
        return
    columns = ("webhook", "state", "waiting", "given up", "last delivered", "url", "told")
    rows = [
        (
            one.name,
            _state(desk, one),
            one.waiting,
            one.given_up,
            _local(desk, one.delivered_at) if one.delivered_at else "never",
            one.url,
            " ".join(one.events),
        )
        for one in found
    ]
    click.echo(table(columns, rows))


@webhooks.command("log")
@click.argument("webhook", default="")
@click.option("--state", type=click.Choice([WAITING, DELIVERED, GIVEN_UP]), help="Only these.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many, newest first.")
@click.pass_obj
def log(desk: ClerkDesk, webhook: str, state: str | None, limit: int) -> None:
    """List deliveries, of one target or of all, newest first."""
    found = desk.database.run_now(list_deliveries, webhook, state or "", limit)
    if not found:
        click.echo("no deliveries")
        return
    columns = ("delivery", "webhook", "what", "made", "state", "tries", "status", "said")
    rows = [
        (one.id, one.webhook, one.what, _local(desk, one.created_at), one.state, one.tries, one.status or "", one.said)
        for one in found
    ]
    click.echo(table(columns, rows))


@webhooks.command("show")
@click.argument("delivery", type=int)
@click.pass_obj
def show(desk: ClerkDesk, delivery: int) -> None:
    """Show one delivery with its body."""
    found = desk.database.run_now(show_delivery, delivery)
    if found is None:
        raise click.ClickException(f"no delivery {delivery}")
    click.echo(f"delivery {found.id} to {found.webhook}  {found.message}  {found.state}, {found.tries} tries")
    if found.tried_at is not None:
        click.echo(f"last tried {_local(desk, found.tried_at)}: {found.status or 'no answer'} {found.said}".rstrip())
    if found.state == WAITING:
        click.echo(f"next try {_local(desk, found.due_at)}")
    click.echo(found.body)


@webhooks.command("send-again")
@click.argument("delivery", type=int, nargs=-1)
@click.option("--given-up", "webhook", help="All that was given up of this target.")
@click.pass_obj
def send_again(desk: ClerkDesk, delivery: tuple[int, ...], webhook: str | None) -> None:
    """Have deliveries sent once more by the running service, also those that arrived.

    A receiver knows the same message by the same webhook-id.
    """
    if bool(delivery) == bool(webhook):
        raise click.UsageError("name deliveries, or a webhook with --given-up")

    def work(session: Session) -> int:
        now, count = desk.wallclock(), 0
        if webhook:
            if count := outbox.send_given_up(session, webhook, now):
                hand(desk).note(session, "send again", "webhook", webhook, deliveries=count)
            return count
        for one in delivery:
            if outbox.send_again(session, [one], now):
                hand(desk).note(session, "send again", "delivery", one)
                count += 1
        return count

    count = desk.database.run_now(work)
    if not count:
        raise click.ClickException("there is no such delivery")
    click.echo(f"{count} to be sent" if count > 1 else "to be sent")


@webhooks.command("on")
@click.argument("webhook")
@click.pass_obj
def on(desk: ClerkDesk, webhook: str) -> None:
    """Switch a target on again that was switched off because it failed for too long."""

    def work(session: Session) -> bool:
        if there := switch_on(session, webhook):
            hand(desk).note(session, "switch on", "webhook", webhook)
        return there

    if not desk.database.run_now(work):
        raise click.ClickException(f"no webhook {webhook}")
    click.echo(f"{webhook} is told again; what was given up: wardbell webhooks send-again --given-up {webhook}")


@webhooks.command("test")
@click.argument("webhook")
@click.pass_obj
def test(parts: Parts, webhook: str) -> None:
    """Send a message of the type `test` to a target now, from here, and print what it answers."""
    targets = {one.name: one.target for one in parts.settings.webhooks}
    if webhook not in targets:
        raise click.ClickException(f"the settings have no webhook {webhook}")
    target, now = targets[webhook], parts.wallclock()
    body = outbox.body_of(TEST, {"webhook": webhook}, now)
    answer = post(target, body, target.headers(f"msg_{uuid.uuid4().hex}", now, body))
    if not answer.well:
        raise click.ClickException(f"{target.url}: {answer.said}")
    click.echo(f"{target.url}: {answer.status} in {answer.seconds * 1000:.0f} ms")


@webhooks.command("secret")
def secret() -> None:
    """Print a new secret for the settings and the receiver."""
    click.echo(PREFIX + base64.b64encode(secrets.token_bytes(32)).decode())


def _state(desk: ClerkDesk, one: TargetRecord) -> str:
    if one.off_at is not None:
        return f"off since {_local(desk, one.off_at)}: {one.failure}"
    if one.failing_since is not None:
        return f"fails since {_local(desk, one.failing_since)}: {one.failure}"
    return "on"


def _local(desk: ClerkDesk, at: datetime) -> str:
    return at.astimezone(desk.zone).strftime("%Y-%m-%d %H:%M:%S")
