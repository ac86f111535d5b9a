"""A printer on the network: one TCP connection a job, usually to port 9100."""

import socket

from drivers.errors import DeviceUnreachable
from drivers.transports.delivery import DEFAULT_TIMEOUTS, Delivery, Timeouts
from drivers.transports.handshake import LineBroken, deliver


class TcpTransport:
    """Sends each job over a connection of its own to `host`:`port`."""

    def __init__(self, host: str, port: int, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> None:
        self._address = (host, port)
        self._timeouts = timeouts
        self._name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def send(self, data: bytes) -> Delivery:
        """Deliver one whole job; see `Transport.send`."""
        try:
            connection = socket.create_connection(
                self._address, timeout=self._timeouts.connect_timeout_ms / 1000
            )
        except OSError as fault:
            raise DeviceUnreachable(
                f"No printer answers at {self._name}: {_words(fault)}.",
                "Check that it is switched on and on the network.",
            ) from fault
        with connection:
            # Small questions must not wait for a full packet.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = _SocketLine(connection, self._name, self._timeouts.write_timeout_ms)
            delivery = deliver(line, data, self._timeouts)
            line.finish()
            return delivery


class _SocketLine:
    def __init__(self, connection: socket.socket, name: str, write_timeout_ms: int) -> None:
        self.name = name
        self._connection = connection
        self._write_timeout_s = write_timeout_ms / 1000

    def write(self, data: bytes) -> None:
        self._connection.settimeout(self._write_timeout_s)
        taken = 0
        view = memoryview(data)
        while taken < len(data):
            try:
                taken += self._connection.send(view[taken:])
            except OSError as fault:
                raise LineBroken(_words(fault), taken) from fault

    def read_byte(self, timeout_ms: int) -> int | None:
        self._connection.settimeout(max(timeout_ms, 1) / 1000)
        try:
            received = self._connection.recv(1)
        except TimeoutError:
            return None
        except OSError as fault:
            raise LineBroken(_words(fault)) from fault
        if not received:
            raise LineBroken("it hung up")
        return received[0]

    def finish(self) -> None:
        """End our half and take what was answered: closing on unread bytes resets the line.

        A reset could destroy bytes that the printer has received but not read yet.
        """
        try:
            self._connection.shutdown(socket.SHUT_WR)
            self._connection.setblocking(False)
            while self._connection.recv(4096):
                pass
        except OSError:
            return


def _words(fault: OSError) -> str:
    if isinstance(fault, TimeoutError):
        return "it timed out"
    return (fault.strerror or str(fault)).lower()
