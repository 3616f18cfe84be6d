"""What can go wrong with the database, as one tree. `Database` translates the driver's errors
into these, once, at its boundary; nothing above sees SQLAlchemy's or a driver's exceptions."""

from __future__ import annotations


class DatabaseError(Exception):
    """The database could not do what was asked."""


class DatabaseAway(DatabaseError):
    """The database cannot be reached, or the connection broke. Nothing of the transaction is known to be stored."""


class DatabaseBusy(DatabaseError):
    """Other transactions were in the way, and still were after every retry. Nothing was stored."""


class DatabaseFull(DatabaseError):
    """The disk of the database is full. Nothing was stored; make room, no restart is needed."""


class DatabaseBehind(DatabaseError):
    """The tables are not at the revision that this program needs: run `wardbell db upgrade`."""


class ConstraintBroken(DatabaseError):
    """A rule of the tables (unique, foreign key, check) refused the change. Nothing was stored."""


class DatabaseFault(DatabaseError):
    """The database refused a statement: a mistake in the program. Nothing was stored."""
