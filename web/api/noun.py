"""A noun of the API: its routes, each with the right that it wants and a name that never changes (`operationId`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from accounts.rights import Right
from web.api.asked import KeyGuard
from web.api.problem import answers
from web.page import FORM, Guarded

F = TypeVar("F", bound=Callable[..., Any])

FIRST, LAST = 1970, 2200
"""Years between which anything of a hospital is."""


class Told(BaseModel):
    """What is answered. Made from a record of the same names."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Wanted(BaseModel):
    """What is asked for. A name that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _sane(at: datetime) -> datetime:
    if not FIRST < at.year < LAST:
        raise ValueError("this is no time of a hospital")
    return at


def _sane_day(day: date) -> date:
    if not FIRST < day.year < LAST:
        raise ValueError("this is no day of a hospital")
    return day


Moment = Annotated[AwareDatetime, AfterValidator(_sane)]
"""With a zone: `2026-11-28T09:00:00+08:00`."""
Day = Annotated[date, AfterValidator(_sane_day)]
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200)]
"""One line of text."""
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,20}$")]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Text_ = Annotated[str, StringConstraints(max_length=200)]


@dataclass(frozen=True)
class Noun:
    """Routes under one heading of the description."""

    name: str
    router: APIRouter = field(default_factory=APIRouter)
    routes: list[Guarded] = field(default_factory=list)

    def get(self, path: str, right: Right, name: str, *problems: int, **options: Any) -> Callable[[F], F]:
        """A route that only tells."""
        return self._route("GET", path, right, name, problems, options)

    def post(self, path: str, right: Right, name: str, *problems: int, **options: Any) -> Callable[[F], F]:
        """A route that changes something; asked again with the same `Idempotency-Key` it changes nothing more."""
        return self._route("POST", path, right, name, (409, *problems), options, REPEATED)

    def patch(self, path: str, right: Right, name: str, *problems: int, **options: Any) -> Callable[[F], F]:
        """A route that sets something: the same twice is the same."""
        return self._route("PATCH", path, right, name, problems, options)

    def put(self, path: str, right: Right, name: str, *problems: int, **options: Any) -> Callable[[F], F]:
        """As `patch`, of the whole."""
        return self._route("PUT", path, right, name, problems, options)

    def delete(self, path: str, right: Right, name: str, *problems: int, **options: Any) -> Callable[[F], F]:
        """A route that takes something away."""
        return self._route("DELETE", path, right, name, problems, options)

    def _route(
        self,
        method: str,
        path: str,
        right: Right,
        name: str,
        problems: tuple[int, ...],
        options: dict[str, Any],
        more: tuple[Any, ...] = (),
    ) -> Callable[[F], F]:
        self.routes.append(Guarded([method], path, right))

        def put(endpoint: F) -> F:
            self.router.add_api_route(
                path,
                endpoint,
                methods=[method],
                operation_id=name,
                name=name,
                tags=[self.name],
                summary=(endpoint.__doc__ or "").strip().split("\n")[0],
                description=f"Wants the right `{right}`.",
                dependencies=[Depends(KeyGuard(right)), *more],
                responses=answers(*problems),
                **{"max_body_size": FORM, **options},
            )
            return endpoint

        return put


def _named(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="A name of this change, made up by the client: asked again with it, nothing more is changed.",
            max_length=200,
            examples=["5f0c1b1e-7c62-4a0e-9a3e-1d2c3b4a5f60"],
        ),
    ] = None,
) -> None:
    """Only for the description; `asked.py` reads it."""


REPEATED = (Depends(_named),)
