"""Notices: what wards and others were told, who confirmed, what reached nobody; one notice's ladder; what is done by
hand."""

from __future__ import annotations

from web.pages.notices.routes import PAGE

__all__ = ["PAGE"]
