"""What Alembic runs for every step: on the connection that `db.migrate` has opened, in its transaction."""

from __future__ import annotations

from alembic import context

from db.tables import Base

connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a table: it is copied
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
