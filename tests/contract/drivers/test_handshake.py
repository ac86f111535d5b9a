"""The talk around a job, with printers that say exactly what the case needs, over real sockets."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from drivers.errors import DeliveryUnknown, DeviceNotReady, DeviceUnreachable, DriverError
from drivers.transports.delivery import Delivery
from drivers.transports.tcp import TcpTransport
from tests.contract.drivers.benches import SHORT

STATUS, CAUSE, CONFIRM = b"\x10\x04\x01", b"\x10\x04\x02", b"\x1dr1"
JOB = b"\x1b@Paragon\n" + CONFIRM

Script = tuple[tuple[bytes, bytes], ...]


@contextmanager
def printer_that_answers(script: Script) -> Iterator[TcpTransport]:
    """A printer that awaits each question, gives its answer, and hangs up after the last."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _address = server.accept()
            with line:
                for question, answer in script:
                    heard = b""
                    while not heard.endswith(question):
                        part = line.recv(1)
                        if not part:
                            return
                        heard += part
                    line.sendall(answer)
                line.shutdown(socket.SHUT_WR)
                while line.recv(4096):
                    pass

        thread = Thread(target=serve)
        thread.start()
        host, port = server.getsockname()
        yield TcpTransport(host, port, SHORT)
        thread.join()


@pytest.mark.parametrize(
    ("script", "fault", "words"),
    [
        ((), DeviceUnreachable, "lost before the job"),
        (((STATUS, b"\x1a"), (CAUSE, b"\x16")), DeviceNotReady, "cover"),
        (((STATUS, b"\x1a"), (CAUSE, b"\x32")), DeviceNotReady, "out of paper"),
        (((STATUS, b"\x1a"), (CAUSE, b"\x12")), DeviceNotReady, "offline"),
        (((STATUS, b"\x1a"), (CAUSE, b"")), DeviceUnreachable, "lost before the job"),
        (((STATUS, b"\x12"), (CONFIRM, b"")), DeliveryUnknown, "was lost"),
        (((STATUS, b"\x12"), (CONFIRM, b"\x0c")), DeliveryUnknown, "ran out of paper"),
    ],
)
def test_each_answer_has_its_fault(script: Script, fault: type[DriverError], words: str) -> None:
    with printer_that_answers(script) as transport, pytest.raises(fault, match=words) as caught:
        transport.send(JOB)
    assert type(caught.value) is fault
    assert caught.value.hint


def test_status_that_nobody_asked_for_is_no_confirmation() -> None:
    script = ((STATUS, b"\x14\x00\x00\x0f\x12"), (CONFIRM, b"\x12\x14\x03"))
    with printer_that_answers(script) as transport:
        assert transport.send(JOB) is Delivery.CONFIRMED
