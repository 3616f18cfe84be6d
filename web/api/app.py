"""The API as an application of its own, mounted below `/api/v1`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from editions.press import Press
from web.api import bookings, calls, cards, events, flows, metrics, notices, numbers, recordings, rota
from web.api.limits import Limits
from web.api.line import ApiLine
from web.api.links import Links
from web.api.noun import Noun
from web.api.problem import ProblemBody, TooMuch, explain
from web.page import Guarded
from web.site import Site

AT = "/api/v1"
NOUNS: tuple[Noun, ...] = (
    calls.NOUN,
    recordings.NOUN,
    notices.NOUN,
    events.NOUN,
    bookings.NOUN,
    cards.NOUN,
    rota.NOUN,
    numbers.NOUN,
    flows.NOUN,
    metrics.NOUN,
)
ABOUT = """What other systems ask of the hospital's line and tell it.

A key (`wardbell keys add`) has rights and may expire; it goes with every request: `Authorization: Bearer wbk_...`.
Problems are RFC 9457. Lists go on by `cursor`. A change that carries an `Idempotency-Key` is made once however often it
is asked for. Times have a zone. See docs/api.md.
"""
STRANGERS = 30.0
"""Requests a minute with a key that opens nothing, from one address."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What the API uses beside what pages do."""

    line: ApiLine
    recordings: Path
    """The folder of what callers said."""
    press: Press | None = None
    """Publishes; None: nothing can be published here."""
    per_minute: float = 1_200.0
    """Requests of one key."""
    metrics: Callable[[], bytes] = lambda: b""
    """What Prometheus reads."""


def make_api(site: Site, behind: Behind) -> FastAPI:
    """The API over `site`."""
    app = FastAPI(
        title="Wardbell", version="1", description=ABOUT, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.state.site = site
    app.state.behind = behind
    app.state.limits = Limits(behind.per_minute, max(behind.per_minute / 10, 10))
    app.state.strangers = Limits(STRANGERS, STRANGERS)
    app.state.links = Links()
    explain(app)
    app.add_middleware(TooMuch)
    for noun in NOUNS:
        app.include_router(noun.router)
    app.openapi = _described(app)  # type: ignore[method-assign]
    return app


def routes() -> list[Guarded]:
    """Every route with the right that it wants, as they are reached."""
    return [Guarded(one.methods, AT + one.path, one.right) for noun in NOUNS for one in noun.routes]


def _described(app: FastAPI) -> Callable[[], dict[str, Any]]:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            made["servers"] = [{"url": AT}]
            schemas = made["components"]["schemas"]
            problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs", {}))
            schemas["ProblemBody"] = problem
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            app.openapi_schema = made
        return app.openapi_schema

    return openapi
