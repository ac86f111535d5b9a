"""Rewards that come later: orders, and pools of codes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """No version before had a catalogue at its tills, so nothing was ordered."""
    op.create_table(
        "orders",
        sa.Column("order_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("account", "reward", "programme")),
        *(
            sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
            for name in ("count", "points", "claimed_at_ms", "changed_at_ms")
        ),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("ix_orders_state_claimed_at_ms", "orders", ["state", "claimed_at_ms"])
    op.create_table(
        "reward_codes",
        sa.Column("reward", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False, server_default=""),
        sa.UniqueConstraint("reward", "code", name="uq_reward_codes_reward_code"),
    )
