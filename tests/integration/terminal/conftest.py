"""A head office that serves, founded once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.terminal.head_office import HeadOffice, found
from tests.integration.terminal.people import SEEDED

PRODUCTS = "code,description,price\n5901234123457,Tea,4.50\n"
MEMBERS = (
    "card,name,phone,email,email_consent,language,branch\n"
    f"{SEEDED},Żaneta Święćka,,z@example.com,yes,pl,KRK\n"
)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> HeadOffice:
    """A head office with a member and goods, which no till has joined yet."""
    place = tmp_path_factory.mktemp("founded")
    (place / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    (place / "members.csv").write_text(MEMBERS, encoding="utf-8")
    return found(
        place / "office",
        *("--members", str(place / "members.csv"), "--products", str(place / "products.csv")),
    )


@pytest.fixture
def office(founded: HeadOffice, tmp_path: Path) -> Iterator[HeadOffice]:
    """A head office of its own for one test, serving."""
    office = founded.copied(tmp_path / "office")
    office.start()
    yield office
    office.stop()
