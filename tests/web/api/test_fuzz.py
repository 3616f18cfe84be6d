"""The API asked with what nobody thought of, in-process and by HTTP: it keeps to its description and never breaks."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from accounts.keys import FOR_KEYS
from hospital.wards import wards
from tests.e2e.line import Line, accepts, answers_sip, eventually
from tests.notify.story import WARD
from tests.phone.ports import quiet_port
from tests.web.api.conftest import Api
from tests.web.api.test_nouns import said, took_place
from web.api.app import AT
from web.app import make_app

schemathesis = pytest.importorskip("schemathesis")

TRIES = settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)
BY_HTTP = settings(TRIES, max_examples=25)


def _is_whole(context: object, response: Any, case: object) -> None:
    """503 is an answer (no line is free, nothing can be published here), 500 is none."""
    assert response.status_code not in (500, 401, 429)  # neither broken nor kept out


@pytest.mark.slow
def test_nothing_that_is_asked_breaks_the_api_or_its_promise(api: Api) -> None:
    """Answers have the statuses, types and fields that the description says; none is a 500."""
    api.database.run_now(wards.store, WARD)
    took_place(api, "c1")
    said(api, "ab" * 16, "c1")
    schema = schemathesis.openapi.from_asgi(f"{AT}/openapi.json", make_app(api.app.state.site, mounts=((AT, api.app),)))
    assert_kept(schema, api.key(*FOR_KEYS), TRIES)


@pytest.mark.slow
def test_the_service_that_runs_keeps_the_promise_too(tmp_path: Path) -> None:
    """By HTTP; behind it the engine, the demo hospital, a trunk that nobody answers. It serves calls after that."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    line = Line(tmp_path, quiet_port(), web__port=port, web__api_per_minute=1_000_000)
    try:
        line.prepare()
        line.launch()
        line.wait_serving(120)
        eventually(lambda: accepts(port), 60, "the API to be served")
        rights = [word for right in sorted(FOR_KEYS) for word in ("--right", right)]
        key = line.command("keys", "add", "nobody-thought-of", *rights).split()
        schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{port}{AT}/openapi.json")
        assert_kept(schema, next(word for word in key if word.startswith("wbk_")), BY_HTTP)
        assert "failed (" not in line.log  # a fault of ours, with its number
        assert answers_sip(line.sip_port)
    finally:
        line.close()


def assert_kept(schema: Any, key: str, tries: settings) -> None:
    """Every operation is asked, and all that is wrong is told at once."""
    from schemathesis.specs.openapi import checks

    held = [
        _is_whole,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]
    wrong: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()

        def ask(case: Any) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=held)

        try:
            tries(given(case=operation.as_strategy())(ask))()
        except BaseExceptionGroup as found:
            wrong.append(f"{operation.method.upper()} {operation.path}\n{found.exceptions}")
        except Exception as found:  # noqa: BLE001 - all that is wrong is told at once
            wrong.append(f"{operation.method.upper()} {operation.path}\n{found}"[:2000])
    assert not wrong, "\n\n".join(wrong)
