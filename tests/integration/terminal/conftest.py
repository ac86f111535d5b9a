"""A head office that serves, founded once and copied for each test."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from terminal_app.bootstrap import Shop
from terminal_app.pos.agent import build_agent
from tests.integration.terminal.head_office import HeadOffice, found
from tests.integration.terminal.people import SEEDED

START_TIMEOUT_S = 10
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


@pytest.fixture
def pos(shop: Shop) -> Iterator[httpx.Client]:
    """A POS on the same machine as the agent."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn.Config(build_agent(shop.till), log_level="warning", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        pause = threading.Event()
        for _ in range(START_TIMEOUT_S * 100):
            if server.started:
                break
            pause.wait(0.01)
        try:
            port = listener.getsockname()[1]
            with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(START_TIMEOUT_S)
