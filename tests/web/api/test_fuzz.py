"""The API asked with what nobody thought of: it keeps to its own description and never breaks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from accounts.keys import FOR_KEYS
from hospital.wards import wards
from tests.notify.story import WARD
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


def _is_whole(context: object, response: Any, case: object) -> None:
    """503 is an answer (no line is free, nothing can be published here), 500 is none."""
    assert response.status_code != 500


@pytest.mark.slow
def test_nothing_that_is_asked_breaks_the_api_or_its_promise(api: Api) -> None:
    """Answers have the statuses, types and fields that the description says; none is a 500."""
    from schemathesis.specs.openapi import checks

    api.database.run_now(wards.store, WARD)
    took_place(api, "c1")
    said(api, "ab" * 16, "c1")
    key = {"Authorization": f"Bearer {api.key(*FOR_KEYS)}"}
    schema = schemathesis.openapi.from_asgi(f"{AT}/openapi.json", make_app(api.app.state.site, mounts=((AT, api.app),)))
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
            case.call_and_validate(headers=key, checks=held)

        try:
            TRIES(given(case=operation.as_strategy())(ask))()
        except BaseExceptionGroup as found:
            wrong.append(f"{operation.method.upper()} {operation.path}\n{found.exceptions}")
        except Exception as found:  # noqa: BLE001 - all that is wrong is told at once
            wrong.append(f"{operation.method.upper()} {operation.path}\n{found}"[:2000])
    assert not wrong, "\n\n".join(wrong)
