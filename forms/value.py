"""What a variable of a flow may hold: read by forms, given to actions, said in texts."""

from __future__ import annotations

from typing import TypeAlias, Union

Value: TypeAlias = Union[str, int, float, bool, list["Value"], dict[str, "Value"], None]
"""JSON's values. Money is an int of minor units, a date is ISO 8601."""
