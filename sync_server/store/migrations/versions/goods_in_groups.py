"""Goods know their category and tags, by which a programme may name them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Goods that are there have neither, until a list says so."""
    for name in ("category", "tags"):
        op.add_column("products", sa.Column(name, sa.Text, server_default="", nullable=False))
