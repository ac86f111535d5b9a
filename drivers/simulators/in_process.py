"""A printer that is a function call away: the `sim:` device of demos, tests and paper panes."""

from drivers.simulators.printer import Conversation, OnPaper, PaperTray
from drivers.transports.delivery import Delivery


class InProcessTransport:
    """Decodes each job at once and lets its papers fall into `tray`."""

    def __init__(self, columns: int, on_paper: OnPaper | None = None) -> None:
        self.tray = PaperTray(on_paper)
        self._columns = columns

    def send(self, data: bytes) -> Delivery:
        """Print one whole job; the paper is there when this returns."""
        conversation = Conversation(self.tray, self._columns)
        answer = conversation.feed(data)
        conversation.end()
        return Delivery.CONFIRMED if answer else Delivery.SENT
