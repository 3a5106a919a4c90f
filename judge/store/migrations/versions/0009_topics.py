"""Which judged records of a window are looked at by topic, and an index of what users disliked."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    with op.batch_alter_table("watch_window", schema=None) as batch_op:
        batch_op.add_column(sa.Column("judged", sa.JSON(), server_default="[]", nullable=False))
    disliked = sa.text("feedback <= 0")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index(
            "ix_record_disliked", ["dataset_id", "time"], sqlite_where=disliked, postgresql_where=disliked
        )
