"""Lists of notices by state and by telephone are read by indexes of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('waiting', 'in_air')")
UNTOLD = sa.text("state IN ('failed', 'expired', 'cancelled')")


def upgrade() -> None:
    op.drop_index("ix_notice_attempts_target", table_name="notice_attempts")
    op.create_index("ix_notice_attempts_target", "notice_attempts", ["target", "notice_id"])
    op.create_index("ix_notices_open", "notices", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_notices_untold", "notices", ["state", "id"], sqlite_where=UNTOLD, postgresql_where=UNTOLD)


def downgrade() -> None:
    op.drop_index("ix_notices_untold", table_name="notices")
    op.drop_index("ix_notices_open", table_name="notices")
    op.drop_index("ix_notice_attempts_target", table_name="notice_attempts")
    op.create_index("ix_notice_attempts_target", "notice_attempts", ["target", "id"])
