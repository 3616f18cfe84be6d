"""`wardbell flows publish`: the files on disk become the live edition, or nothing changes and it says why."""

from __future__ import annotations

import click

from db.errors import DatabaseError
from editions import publish as editions
from editions.base import FILE, base_of
from editions.publish import NotFromThis
from editions.store import Published, Unchanged
from forms.errors import FilesBroken
from wardbell.commands.flows import publishing
from wardbell.commands.flows.stored import told
from wardbell.parts import Parts


@click.command()
@click.option("-m", "--why", prompt="Why (for the history)", help="What this change is for, in a few words.")
@publishing.who_option
@click.option("--over", type=click.IntRange(1), metavar="N",
              help="Write over edition N, which is live, though the files were edited from another.")  # fmt: skip
@click.option("--no-tests", is_flag=True, help="Leave out the flow tests.")
@publishing.render_option
@click.pass_obj
def publish(parts: Parts, why: str, who: str | None, over: int | None, no_tests: bool, no_render: bool) -> None:
    """Put the files on disk live.

    Everything is checked first, the flow tests are run, and new texts are rendered. Then one step makes them the
    live edition: running engines take it within about a second, calls in progress keep the one
    that they began with. When anything is wrong, nothing changes; neither when the files were edited from another
    edition than the live one, and what others published since is not in them.
    """
    signature = publishing.signature(who, why)
    try:
        base = base_of(parts.database, parts.flows_dir())
        bundle = parts.on_disk()
        came = editions.publish(
            publishing.press(parts, "publish", why),
            bundle,
            signature,
            base,
            over=over,
            tests=not no_tests,
            sound=not no_render,
            tell=publishing.tell,
        )
    except DatabaseError as wrong:
        raise publishing.away(wrong) from wrong
    except FilesBroken as wrong:
        raise click.ClickException(f"{wrong}\nnothing was published") from wrong
    match came:
        case Published(record):
            publishing.remember(parts, record)
            publishing.wait(parts, record)
        case NotFromThis():
            raise click.ClickException(_apart(parts, came))
        case Unchanged(record):
            publishing.remember(parts, record)
            publishing.stop(came)
        case _:
            publishing.stop(came)


def _apart(parts: Parts, came: NotFromThis) -> str:
    """What was published since, what of it would be lost, and how to go on."""
    live, base = came.live.number, came.base
    if base is None:
        lines = [
            f"edition {live} is live, and which edition these files were edited from is not known:"
            f" {parts.flows_dir() / FILE} does not say it. Nothing was published",
            f"  {told(parts, came.live)}",
        ]
    else:
        lines = [
            f"these files were edited from edition {base.number}, and edition {live} is live. Nothing was published",
            *(f"  {told(parts, one)}" for one in came.since),
        ]
    if came.lost:
        lines += ["changed there, and not in these files:", *(f"  {one}" for one in came.lost)]
    if base is not None:
        lines.append(f"`wardbell flows diff {base.number} {live}` shows line by line what changed there,")
        lines.append(f"`wardbell flows diff {base.number}` what changed here")
    lines += [
        "`wardbell flows diff` shows what these files would change on the line",
        f"`wardbell flows fetch {live} FOLDER` fetches the live files, to start editing from them",
        f"`wardbell flows publish --over {live}` puts these files live as they are",
    ]
    return "\n".join(lines)
