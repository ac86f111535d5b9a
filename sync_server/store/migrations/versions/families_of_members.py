"""Members may collect on one account as a family."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Members that are there collect alone."""
    op.add_column("members", sa.Column("family", sa.Text, server_default="", nullable=False))
