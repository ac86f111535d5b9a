"""What head office may answer over HTTP, and the sentence each becomes."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import msgspec
import pytest
import zstandard

from loyalty.wire import EnrolRequest, Outcome, SyncReply, pack
from terminal_app.errors import (
    ConfigInvalid,
    HeadOfficeBusy,
    HeadOfficeRefused,
    HeadOfficeUnreachable,
)
from terminal_app.sync.uplink import MAX_DETAIL_CHARACTERS, Uplink, require_safe_url
from tests.unit.loyalty.test_columns import SALES, frame

REQUEST = EnrolRequest(code="A", public_key="00", product_version="1")


COLUMNS = 19
"""The place of a request's entries in columns."""


def server_that_answers(status: int, body: bytes) -> AbstractContextManager[str]:
    """A server that answers every request alike; gives its address."""
    return server_that(lambda _: (status, body))


@contextmanager
def server_that(answer: Callable[[bytes], tuple[int, bytes]]) -> Iterator[str]:
    """A server that gives each request's content to `answer`, for status and body; gives its
    address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def enrol_at(status: int, body: bytes) -> None:
    with server_that_answers(status, body) as url:
        uplink = Uplink(url)
        try:
            uplink.enrol(REQUEST)
        finally:
            uplink.close()


class OfficeThatWentBack:
    """Head office as a server that answers in version 2 until it is put back to an older one: of
    version 1, or one of version 2 that refuses columns."""

    def __init__(self) -> None:
        self.speaks = 2
        self.reads_columns = True
        self.read: list[str] = []

    def answer(self, content: bytes) -> tuple[int, bytes]:
        fields = msgspec.msgpack.decode(zstandard.decompress(content))
        is_in_columns = len(fields) > COLUMNS and fields[COLUMNS] is not None
        self.read.append("columns" if is_in_columns else "bodies")
        if is_in_columns and self.speaks == 2 and not self.reads_columns:
            return 400, b'{"detail": "A frame holds other entries than it says."}'
        reply = SyncReply(
            version=self.speaks,
            history_id="h",
            outcome=Outcome.FORKED if is_in_columns and self.speaks == 1 else Outcome.ACCEPTED,
            head_seq=1,
            head_seal=b"",
            changes=(),
            cursor=0,
            more=False,
            server_time_ms=0,
        )
        return 200, pack(reply)


@pytest.mark.parametrize("speaks", [1, 2])
def test_a_head_office_that_went_back_is_told_in_bodies(speaks: int) -> None:
    office = OfficeThatWentBack()
    with server_that(office.answer) as url:
        uplink = Uplink(url)
        try:
            for seq in (1, 2):
                uplink.exchange(frame(SALES[seq - 1 : seq], seq))
            office.speaks, office.reads_columns = speaks, False
            assert uplink.exchange(frame(SALES[2:3], 3)).outcome is Outcome.ACCEPTED
        finally:
            uplink.close()
    assert office.read == ["bodies", "columns", "columns", "bodies"]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_in_trouble_is_like_one_that_is_away(status: int) -> None:
    with pytest.raises(HeadOfficeUnreachable, match=f"in trouble \\(HTTP {status}\\)"):
        enrol_at(status, b"<html>")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"detail": "The code was used."}', "The code was used."),
        ('{"detail": "Użyty."}'.encode(), "Użyty."),
        (b'{"detail": 7}', "refused with HTTP 403"),
        (b'["detail"]', "refused with HTTP 403"),
        (b"<html>", "refused with HTTP 403"),
        (b'{"detail": "\xff"}', "refused with HTTP 403"),
        (b"[" * 100_000, "refused with HTTP 403"),
        (b"", "refused with HTTP 403"),
    ],
    ids=range(8),
)
def test_a_refusal_is_told_in_the_servers_words_when_it_has_any(body: bytes, said: str) -> None:
    with pytest.raises(HeadOfficeRefused) as caught:
        enrol_at(403, body)
    assert said in caught.value.message


def test_a_refusal_that_goes_on_and_on_is_cut() -> None:
    with pytest.raises(HeadOfficeRefused) as caught:
        enrol_at(403, b'{"detail": "' + b"x" * 10_000 + b'"}')
    assert len(caught.value.message) == MAX_DETAIL_CHARACTERS


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"terminal": "\xff"}', b"[" * 99_999])
def test_an_answer_that_is_no_enrolment(body: bytes) -> None:
    with pytest.raises(HeadOfficeRefused, match="not as a Paragon head office"):
        enrol_at(200, body)


@pytest.mark.parametrize(
    "url",
    ["https://loyalty.example.com", "http://127.0.0.1:8710", "http://localhost", "http://[::1]:1"],
)
def test_safe_addresses(url: str) -> None:
    require_safe_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "http://",
        "https:///path",
        "http://192.168.1.5",
        "http://127.0.0.1.example",
        "file:///x",
        "http://localhost@example.com",
        "https://a:b",
        "https://a:0",
        "https://a:65536",
    ],
)
def test_addresses_that_are_not_safe(url: str) -> None:
    with pytest.raises(ConfigInvalid):
        require_safe_url(url)


def test_a_server_that_takes_no_more_for_now_says_to_wait() -> None:
    with pytest.raises(HeadOfficeBusy, match="Wait a minute"):
        enrol_at(429, b'{"detail": "Too Many Requests"}')
