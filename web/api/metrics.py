"""The measurements, for a Prometheus that has a key."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response

from accounts.rights import Right
from web.api.asked import Asking
from web.api.noun import Noun

NOUN = Noun("metrics")
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@NOUN.get("/metrics", Right.SYSTEM, "getMetrics", response_class=PlainTextResponse, response_model=None)
def get_metrics(asked: Asking, request: Request) -> Response:
    """Measurements in the text format of Prometheus."""
    return Response(request.app.state.behind.metrics(), media_type=TEXT)
