"""The menu: pages by group, those that the visitor may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from web.language import texts_in
from web.page import Page
from web.visit import Visit


@dataclass(frozen=True, slots=True)
class Group:
    """Pages under one heading."""

    title: str
    """In the visitor's language, the same on every page."""
    pages: Sequence[tuple[str, Page]]


def menu(visit: Visit) -> list[Group]:
    """What the visitor sees of the menu, in the order of the pages."""
    pages: Sequence[Page] = visit.request.app.state.pages
    words = texts_in(visit.language)
    groups: dict[str, list[tuple[str, Page]]] = {}
    for page in pages:
        if page.group and page.right is not None and visit.may(page.right):
            groups.setdefault(page.group, []).append((words.ugettext(page.title), page))
    return [Group(words.ugettext(title), found) for title, found in groups.items()]
