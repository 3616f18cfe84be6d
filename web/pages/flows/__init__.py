"""The page *Flows*: what callers hear is written, checked, tried and published here."""

from __future__ import annotations

from web.pages.flows import beside, editing, listing, publishing, trying
from web.pages.flows.page import PAGE

__all__ = ["PAGE", "beside", "editing", "listing", "publishing", "trying"]
