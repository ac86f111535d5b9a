"""A reader that takes nothing more of an answer is let go; one that is slow is not."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncGenerator, Iterator

import pytest
import uvicorn
from litestar import Litestar, Request, get
from litestar.datastructures import State
from litestar.response import Stream

from sync_server.terminals import stalls
from sync_server.terminals.stalls import let_go_when_stalled, to_be_let_go

PIECE = bytes(1 << 20)
PIECES = 32
"""More than the buffers between the two sides hold."""

STALLED_S = 0.5
PATIENCE_S = 20.0


class Served:
    """An answer of many pieces on a real port, and whether it was let go."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.pieces = 0

        async def pieces() -> AsyncGenerator[bytes, None]:
            try:
                for _ in range(PIECES):
                    # Making a piece may take longer than a reader may stall.
                    if self.pieces == 1:
                        await asyncio.sleep(2 * STALLED_S)
                    self.pieces += 1
                    yield PIECE
            finally:
                self.ended.set()

        @get("/", middleware=[let_go_when_stalled])
        async def answer(request: Request[None, None, State]) -> Stream:
            return Stream(to_be_let_go(request.scope, pieces()))

        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        config = uvicorn.Config(Litestar([answer], openapi_config=None), log_config=None)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([self.listening],))

    def ask(self) -> socket.socket:
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.settimeout(PATIENCE_S)
        reader.connect(("127.0.0.1", self.port))
        reader.sendall(b"GET / HTTP/1.1\r\nHost: head-office\r\nConnection: close\r\n\r\n")
        return reader


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(stalls, "STALLED_S", STALLED_S)
    served = Served()
    served.thread.start()
    yield served
    served.server.should_exit = True
    served.thread.join(PATIENCE_S)
    served.listening.close()
    assert not served.thread.is_alive()


def test_who_reads_nothing_more_is_let_go(served: Served) -> None:
    with served.ask() as reader:
        assert reader.recv(100)
        assert served.ended.wait(PATIENCE_S)
    assert served.pieces < PIECES


def test_who_reads_gets_all_however_long_it_takes_to_make(served: Served) -> None:
    started_s, read = time.monotonic(), 0
    with served.ask() as reader:
        while piece := reader.recv(1 << 20):
            read += len(piece)
    assert read > PIECES * len(PIECE)
    assert served.pieces == PIECES
    assert time.monotonic() - started_s > STALLED_S
