"""The console as one application: its pages, their files, and what holds for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from starlette.types import ASGIApp

from web.assets import Assets
from web.headers import SafeHeaders
from web.language import LANGUAGES
from web.menu import menu
from web.page import Page
from web.pages import PAGES
from web.paper import Paper
from web.site import Site
from web.trouble import Faults, explain

THREADS = 12
"""Requests that are worked on at a time. More would only take turns, and calls with them."""


def make_app(site: Site, pages: Sequence[Page] = PAGES, mounts: Sequence[tuple[str, ASGIApp]] = ()) -> ASGIApp:
    """The console over `site`. `mounts` are whole applications of their own below a path (the API)."""
    inside = make_pages(site, pages)
    for path, app in mounts:
        inside.mount(path, app)
    return Faults(SafeHeaders(inside, site.address.tls), inside)


def make_pages(site: Site, pages: Sequence[Page] = PAGES) -> FastAPI:
    """The pages without the layers around them."""
    app = FastAPI(title="Wardbell", openapi_url=None, redirect_slashes=False, lifespan=_few_threads)
    assets = Assets()
    app.state.site = site
    app.state.pages = pages
    app.state.papers = {code: Paper(code, site.zone, asset=assets.address, menu=menu) for code in LANGUAGES}
    explain(app)
    serve: Callable[..., object] = assets.serve
    app.add_api_route("/static/{build}/{name:path}", serve, response_model=None)
    for page in pages:
        app.include_router(page.router)
    return app


@asynccontextmanager
async def _few_threads(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield
