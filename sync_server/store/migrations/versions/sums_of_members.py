"""Members have a birthday, segments, and sums over time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing is known of members who are there, and nothing was counted of them yet."""
    for name in ("birthday", "segments"):
        op.add_column("members", sa.Column(name, sa.Text, server_default="", nullable=False))
    op.create_table(
        "sums",
        sa.Column("member_id", sa.Text, primary_key=True),
        sa.Column("terminal", sa.String(16), primary_key=True),
        sa.Column("epoch", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("counted", sa.LargeBinary, nullable=False),
    )
