"""What a flow may know of an action: its name, parameters, outcomes and the values that each
outcome brings. The actions themselves live with the hospital's rules and with the notices;
they match this Protocol by shape, so that the flow language imports neither."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ivr.flow.commands import Value


class ActionSpec(Protocol):
    """A declared action, for the check and for the interpreter."""

    @property
    def name(self) -> str:
        """As flows write it: `registration.book_general`."""

    @property
    def needs(self) -> frozenset[str]:
        """Its arguments, all required: each is given under `with`, or is the variable of the same name."""

    @property
    def outcomes(self) -> Mapping[str, frozenset[str]]:
        """Outcome name -> the variables it sets. `error` is always possible and needs no declaring."""

    @property
    def lists(self) -> bool:
        """True when it returns a list for `choose` (its outcomes are then `chosen` and `none`)."""

    @property
    def secret(self) -> frozenset[str]:
        """Arguments that it keeps secret."""

    @property
    def identifies(self) -> frozenset[str]:
        """Outcomes after which it is known who listens: a login."""

    @property
    def examples(self) -> Mapping[str, Value]:
        """Variable that it sets -> an example of what it holds; of others nothing is known."""

    @property
    def item(self) -> Mapping[str, Value] | None:
        """An example of what its list holds."""

    @property
    def private(self) -> frozenset[str]:
        """Variables that it sets and that are nobody's business but the patient's."""
