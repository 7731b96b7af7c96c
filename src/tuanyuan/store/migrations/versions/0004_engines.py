"""Engines: how they are doing; which model an attempt asked, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table, and give attempts two columns."""
    op.create_table(
        "engine_health",
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("health", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("engine", name=op.f("pk_engine_health")),
    )
    op.add_column("attempts", sa.Column("model", sa.Text(), nullable=False, server_default=""))
    op.add_column("attempts", sa.Column("reason", sa.JSON(none_as_null=True), nullable=True))
    op.create_index(op.f("ix_attempts_created_at_engine"), "attempts", ["created_at", "engine"], unique=False)
    op.create_index(op.f("ix_attempts_outcome_engine"), "attempts", ["outcome", "engine"], unique=False)
