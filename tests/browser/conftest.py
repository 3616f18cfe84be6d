"""One line and one Chromium for all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.addresses import Place
from tests.browser.console import Console
from tests.browser.window import Window, all_places, started, window


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here wants a browser."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's."""
    with started() as one:
        yield one


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The demo hospital with a past, served."""
    made = Console(tmp_path_factory.mktemp("console"))
    try:
        made.lives()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def places(console: Console) -> list[Place]:
    """Every page that an administrator can reach by links."""
    return all_places(console)


@pytest.fixture
def admin(chromium: Browser, console: Console) -> Iterator[Window]:
    """An administrator's window."""
    with window(chromium, console, "admin") as one:
        yield one
