"""What somebody who tries the line wants to know when it is up: what to call, where to look, who to be."""

from __future__ import annotations

from collections.abc import Iterator

from accounts import demo, users
from hospital.demo import CARDS
from ivr.numbers import Numbers
from wardbell.parts import Parts

SHOWN = 6
"""Numbers that are listed."""


def welcome(parts: Parts, numbers: Numbers) -> str:
    """The block that ends the start of `make run`."""
    return "\n".join(("", *_lines(parts, numbers), ""))


def _lines(parts: Parts, numbers: Numbers) -> Iterator[str]:
    sip, web = parts.settings.sip, parts.settings.web
    yield "The line is up. Ctrl-C ends it."
    port = "" if sip.port == 5060 else f":{sip.port}"
    exact = [(number, plan.title) for number, plan in numbers.plans.items() if number.isdigit()]
    for number, title in exact[:SHOWN]:
        yield f"  call  sip:{number}@{sip.host}{port}  {title}".rstrip()
    if len(exact) > SHOWN:
        yield f"        and {len(exact) - SHOWN} more: wardbell numbers status"
    yield f"  card  {CARDS[0].number}, PIN {CARDS[0].pin} (in the demo hospital)"
    if web.port:
        scheme = "https" if web.certificate else "http"
        yield f"  look  {scheme}://{web.host}:{web.port}"
        names = parts.database.run_now(users.demo_users)
        if names:
            yield f"  be    {', '.join(names)}; password {demo.PASSWORD}"
