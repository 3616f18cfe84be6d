"""The base of all tables. Constraint names follow one pattern, so that migrations can name them.

A CHECK belongs in `__table_args__`: inside `mapped_column` the migrations would lose it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from db.types import UtcDateTime


class Base(DeclarativeBase):
    """Every table's base class."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 - read by SQLAlchemy as a plain class attribute
