"""The pages of the console and an address for each: a page with a name in its address is found by the links that lead
there, so a new page is looked at without anybody listing it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from starlette.routing import compile_path

from accounts.rights import Right
from web.pages import PAGES

_LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
_NOT_FOLLOWED = ("/static/", "/logout")


@dataclass(frozen=True, slots=True)
class Place:
    """A route that people see, one address of it, and the right that it wants."""

    route: str
    address: str
    right: Right | None

    def __str__(self) -> str:
        return self.address


def routes() -> dict[str, Right | None]:
    """Every route that shows something."""
    return {one.path: one.right for page in PAGES for one in page.routes if "GET" in one.methods}


def found(ask: Callable[[str], tuple[int, str, str]]) -> Iterator[Place]:
    """The whole pages that can be reached. `ask` gives status, type and text of an address."""
    rights = routes()
    patterns = {path: compile_path(path)[0] for path in rights}
    waiting = [path for path in rights if "{" not in path]
    seen = {path: path for path in waiting}
    while waiting:
        address = waiting.pop(0)
        status, kind, text = ask(address)
        if status != 200 or not kind.startswith("text/html"):
            continue
        route = next(path for path, pattern in patterns.items() if seen.get(path) == address)
        if "<html" in text:
            yield Place(route, address, rights[route])
        for link in _LINK.findall(text):
            path = html.unescape(link).partition("?")[0]
            if path.startswith(_NOT_FOLLOWED):
                continue
            leads = next((one for one, pattern in patterns.items() if one == path or pattern.match(path)), None)
            if leads is not None and leads not in seen:
                seen[leads] = path
                waiting.append(path)
