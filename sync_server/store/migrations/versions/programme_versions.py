"""Versions of the programme have a start and head office's signature, and may be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Versions that are there started when they were published, and are signed when told."""
    op.add_column(
        "programmes", sa.Column("starts_at_ms", sa.BigInteger, server_default="0", nullable=False)
    )
    op.add_column("programmes", sa.Column("signature", sa.LargeBinary))
    op.add_column("programmes", sa.Column("withdrawn_at_ms", sa.BigInteger))
    op.execute("UPDATE programmes SET starts_at_ms = published_at_ms")
