"""A page of the console: its place in the menu, and its routes, each with the right that it wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from accounts.rights import Right
from web.visit import Guard

F = TypeVar("F", bound=Callable[..., Any])

FORM = 1_000_000
"""Bytes of a request, unless its route says otherwise."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A route and who may use it."""

    methods: Sequence[str]
    path: str
    right: Right | None
    """None: everybody, also who is not logged in."""


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for the catalogues; it is translated where it is shown."""
    return sentence


N_ = gettext_noop


@dataclass(frozen=True)
class Page:
    """One folder under `pages/`."""

    name: str
    title: str
    """In English, marked with `N_`."""
    home: str
    """Where the menu leads."""
    right: Right | None
    """What seeing it wants; a route may want another one."""
    group: str = ""
    """Under which heading of the menu it stands; empty: in none."""
    router: APIRouter = field(default_factory=APIRouter)
    routes: list[Guarded] = field(default_factory=list)

    def get(self, path: str, *, right: Right | None = None, **options: Any) -> Callable[[F], F]:
        """A route that only shows. Wants the page's right unless it names another."""
        return self._route(["GET"], path, right or self.right, True, options)

    def post(self, path: str, *, right: Right | None = None, token: bool = True, **options: Any) -> Callable[[F], F]:
        """A route that changes something: the request must come from our own pages."""
        return self._route(["POST"], path, right or self.right, token, options)

    def _route(
        self, methods: list[str], path: str, right: Right | None, token: bool, options: dict[str, Any]
    ) -> Callable[[F], F]:
        self.routes.append(Guarded(methods, path, right))
        options = {"response_class": HTMLResponse, "response_model": None, "max_body_size": FORM} | options
        methods = ["GET", "HEAD"] if methods == ["GET"] else methods

        def put(endpoint: F) -> F:
            self.router.add_api_route(
                path,
                endpoint,
                methods=methods,
                dependencies=[Depends(Guard(right, token, self.name))],
                include_in_schema=False,
                **options,
            )
            return endpoint

        return put
