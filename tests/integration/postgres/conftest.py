"""A database server for one test, because these tests kill it."""

from collections.abc import Iterator

import pytest

from tests.integration.postgres.clusters import Cluster, cluster


@pytest.fixture
def primary() -> Iterator[Cluster]:
    """A PostgreSQL that runs, with an empty database."""
    with cluster() as running:
        yield running
