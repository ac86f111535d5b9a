"""A printer: a profile and a way to it."""

from drivers.documents import Document
from drivers.printers.escpos import encode
from drivers.printers.profile import PrinterProfile
from drivers.transports.delivery import Delivery, Transport


class Printer:
    """Prints documents. It holds no connection, so it may be kept for as long as the till runs.

    With `two_way` each job asks the printer first whether it can print and last whether it has.
    Use it from one thread at a time: two jobs at once would race for the device.
    """

    def __init__(
        self, url: str, profile: PrinterProfile, transport: Transport, *, two_way: bool
    ) -> None:
        self.url = url
        self.profile = profile
        self.two_way = two_way
        self._transport = transport

    def print(self, document: Document) -> Delivery:
        """Print `document` and say what is known of it.

        Raises DeviceUnreachable when nothing was printed (try again later), DeliveryUnknown when
        something may have been (a person looks), DocumentUnprintable when no printer could.
        """
        return self._transport.send(encode(document, self.profile, ask_ack=self.two_way))
