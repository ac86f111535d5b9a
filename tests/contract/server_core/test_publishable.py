"""What may be published as a version of the programme, and what is said of the rest."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from loyalty.clock import epoch_ms
from loyalty.programme.document import classic_document
from sync_server.errors import NotPublished
from sync_server.store.engine import reading, writing
from sync_server.store.programmes import publish, versions
from sync_server.store.publishable import MAX_AHEAD
from tests.contract.server_core.journals import START

DAY = timedelta(days=1)


def document(version: int, more: str = "") -> str:
    return classic_document().replace("version = 1", f"version = {version}") + more


def published(engine: Engine, text: str, after: timedelta, now: timedelta = DAY) -> str:
    """Publish `text` at `now` with a start `after` that of the chain; gives the label."""
    with writing(engine) as connection:
        starts_at_ms = epoch_ms(START + after)
        return publish(connection, text, starts_at_ms, epoch_ms(START + now)).label


def standing(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [version.label for version in versions(connection)]


def test_a_start_beyond_years_is_refused(engine: Engine) -> None:
    with pytest.raises(NotPublished, match="within 5 years"):
        published(engine, document(2), DAY + MAX_AHEAD + timedelta(milliseconds=1))
    assert standing(engine) == ["classic@1"]
    assert published(engine, document(2), DAY + MAX_AHEAD) == "classic@2"
