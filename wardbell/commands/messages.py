"""`wardbell messages`: where HL7 messages stood before. Somebody's fingers and scripts remember it."""

from __future__ import annotations

import click


@click.command(
    hidden=True, add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
)
@click.argument("words", nargs=-1)
def messages(words: tuple[str, ...]) -> None:
    """HL7 messages: `wardbell hl7 list` and `wardbell hl7 show`."""
    raise click.UsageError(f"HL7 messages are under `wardbell hl7` now: wardbell hl7 {' '.join(words) or 'list'}")
