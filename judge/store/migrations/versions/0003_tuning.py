"""The tables of tuning."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "tuning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_hash", sa.String(), nullable=False),
        sa.Column("parent_hash", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("tune", sa.Float(), nullable=False),
        sa.Column("held_out", sa.Float(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"]),
        sa.ForeignKeyConstraint(["parent_hash"], ["rubric.hash"]),
        sa.ForeignKeyConstraint(["rubric_hash"], ["rubric.hash"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("tuning", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tuning_parent_hash"), ["parent_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_tuning_rubric_hash"), ["rubric_hash"], unique=False)

    op.create_table(
        "tuning_mark",
        sa.Column("rubric_hash", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("split", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"]),
        sa.ForeignKeyConstraint(["rubric_hash"], ["rubric.hash"]),
        sa.PrimaryKeyConstraint("rubric_hash", "record_id"),
    )
    with op.batch_alter_table("tuning_mark", schema=None) as batch_op:
        batch_op.create_index("ix_tuning_mark_digest", ["digest"], unique=False)
