"""Writes docs/access.md: every route of the console and the API, and which roles may use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from accounts.rights import Right, Role, may
from web.api.app import routes
from web.page import Guarded, Page
from web.pages import PAGES

FILE = Path(__file__).parents[1] / "docs" / "access.md"
BEGIN = """# Who may use what

Made by `python -m web.access_page` from the routes; a test holds it to them. A route that names no right does
not exist. A nurse sees what belongs to her wards. ● may; nobody else.
"""


def access_page(pages: Sequence[Page] = PAGES) -> str:
    """The page as text."""
    lines = [BEGIN, "## The console", ""]
    lines += _table([route for page in pages for route in page.routes])
    lines += ["", "## The API", "", "By key: `wardbell keys add NAME --right ...` gives it rights.", ""]
    lines += _keyed(routes())
    return "\n".join(lines) + "\n"


def _keyed(routes: Sequence[Guarded]) -> Iterator[str]:
    yield "| route | wants |"
    yield "|---|---|"
    for route in sorted(routes, key=lambda route: (route.path, route.methods)):
        yield f"| `{' '.join(route.methods)} {route.path}` | `{route.right}` |"


def _table(routes: Sequence[Guarded]) -> Iterator[str]:
    yield "| route | wants | " + " | ".join(role.value for role in Role) + " |"
    yield "|---|---|" + "---|" * len(Role)
    for route in sorted(routes, key=lambda route: (route.path, route.methods)):
        marks = ["●" if _may(role, route.right) else "" for role in Role]
        wants = f"`{route.right}`" if route.right is not None else "nothing"
        yield f"| `{' '.join(route.methods)} {route.path}` | {wants} | " + " | ".join(marks) + " |"


def _may(role: Role, right: Right | None) -> bool:
    return right is None or may(role, right)


if __name__ == "__main__":
    FILE.write_text(access_page(), encoding="utf-8")
