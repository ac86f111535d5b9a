"""What all tables share: names of constraints, and the columns that come again and again."""

from sqlalchemy import BigInteger, Column, MetaData, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def count(name: str) -> Column[int]:
    """A number that starts at 0."""
    return Column(name, BigInteger, nullable=False, server_default="0")


def text(name: str) -> Column[str]:
    """A text that may be empty."""
    return Column(name, Text, nullable=False, server_default="")


def moment(name: str) -> Column[int]:
    """Milliseconds since 1970 UTC, or null before it happened."""
    return Column(name, BigInteger, nullable=True)
