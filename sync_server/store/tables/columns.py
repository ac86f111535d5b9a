"""What all tables share: names of constraints, and the columns that come again and again."""

import json
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, MetaData, Text
from sqlalchemy.types import TypeDecorator

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


class Words(TypeDecorator[tuple[str, ...]]):
    """Some words, kept as one text on either engine; empty for none."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, _dialect: Dialect) -> str:
        """The words as the column keeps them."""
        return json.dumps(value, ensure_ascii=False) if value else ""

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> tuple[str, ...]:
        """The words in a column."""
        return tuple(json.loads(value)) if value else ()
