"""What a transport promises: one job in, one honest answer out."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class Delivery(StrEnum):
    """What is known of a job that was handed over without a fault."""

    SENT = "sent"
    """Every byte was taken; this device does not tell what became of them."""

    CONFIRMED = "confirmed"
    """The printer answered the question at the job's end, so all before it is on paper."""


class Timeouts(Struct, frozen=True):
    """How long a job waits for its device, each in milliseconds.

    `connect` and `status` are short, as a till stands behind them and nothing is sent yet.
    `answer` covers the printing itself: a serial printer at 9600 baud takes seconds for a picture.
    """

    connect_timeout_ms: int = 2_000
    status_timeout_ms: int = 1_500
    write_timeout_ms: int = 5_000
    answer_timeout_ms: int = 15_000


DEFAULT_TIMEOUTS = Timeouts()


class Transport(Protocol):
    """A way to one device. It holds no connection between jobs, so a device may come and go."""

    def send(self, data: bytes) -> Delivery:
        """Deliver one whole job.

        Raises DeviceUnreachable (or its children) when nothing was delivered for sure, and
        DeliveryUnknown when some of it may have been.
        """
        ...
