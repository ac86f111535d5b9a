"""From a till's frame to a letter in a mail box, through the server as it is really started."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.wire import (
    ENROL_PATH,
    MEDIA_TYPE,
    SYNC_PATH,
    NoticeChange,
    SyncReply,
    pack,
    unpack,
)
from sync_server.bootstrap import present
from tests.integration.office.chains import Chain, ShopClock, Till
from tests.integration.office.post_boxes import PostBox

WAIT_S = 20.0


class Server:
    """A founded head office that runs as a process of its own."""

    def __init__(self, home: Path, mail_port: int) -> None:
        self.founded = self._found(home)
        with (home / "server.toml").open("a", encoding="utf-8") as config:
            config.write(
                f'[smtp]\nhost = "127.0.0.1"\nport = {mail_port}\n'
                'sender = "club@shop.example"\npublic_url = "https://club.shop.example"\n'
            )
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sync_server", "serve", "--home", str(home), "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        assert ready.startswith("listening on "), ready
        self.url = ready.removeprefix("listening on ").strip()

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return_code = self._process.wait(WAIT_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return return_code

    @staticmethod
    def _found(home: Path) -> dict[str, object]:
        command = [sys.executable, "-m", "sync_server", "found", "--home", str(home), "--json"]
        command += ["--shop", "Corner Shop", "--branch", "KRK=Kraków", "--terminal", "KRK-1=KRK"]
        run = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
        founded: dict[str, object] = json.loads(run.stdout)
        return founded


@pytest.fixture
def server(tmp_path: Path, post_box: PostBox) -> Iterator[Server]:
    server = Server(tmp_path / "home", post_box.port)
    yield server
    assert server.stop() == 0


def test_a_sale_at_the_till_becomes_a_letter_and_a_line(
    chain: Chain, server: Server, post_box: PostBox
) -> None:
    terminals = server.founded["terminals"]
    assert isinstance(terminals, list)
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        answer = client.post(
            ENROL_PATH,
            json={"code": terminals[0]["code"], "public_key": key, "product_version": "0.1.0"},
        )
        assert answer.status_code == 200, answer.text
        # The till only borrows a clock and a zone from this chain; its frames go to the server.
        chain.clock = ShopClock(present())
        till = Till(chain, "KRK-1")
        anna = till.enrol("Anna", email="anna@example.org", email_consent=True)
        till.sell(anna.member_id, 3_780)
        reply = client.post(
            SYNC_PATH,
            content=pack(till.frame()),
            headers={
                "content-type": MEDIA_TYPE,
                "authorization": f"Bearer {answer.json()['token']}",
            },
        )
        assert reply.status_code == 200, reply.text
        lines = [
            change
            for change in unpack(reply.content, SyncReply).changes
            if isinstance(change, NoticeChange)
        ]
        assert [line.texts["en"] for line in lines] == [
            "Welcome, Anna! Every 500 points bring you a voucher of £5.00."
        ]
        until = time.monotonic() + WAIT_S
        while not post_box.taken and time.monotonic() < until:
            time.sleep(0.05)
        (letter,) = post_box.letters()
        assert letter["To"] == "anna@example.org"
        assert letter["Subject"] == "Welcome to Corner Shop, Anna"
        assert client.get("/").headers["location"] == "/login"
        assert client.get("/health").json()["status"] == "ok"
