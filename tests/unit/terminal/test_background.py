"""Work behind the faces: turns go on after faults, and a fault that lasts is logged once."""

import threading

from structlog.testing import capture_logs

from terminal_app.background import Background
from terminal_app.errors import HeadOfficeUnreachable

LONGEST_WAIT_S = 10


def test_a_fault_that_lasts_is_logged_once() -> None:
    said = iter(["no line", "no line", "no line", "", "no line", "no answer"])
    over = threading.Event()

    def turn() -> None:
        trouble = next(said, None)
        if trouble is None:
            over.set()
        elif trouble:
            raise HeadOfficeUnreachable(trouble)

    background = Background("sync", turn, pause_s=lambda: 0.001, stop_timeout_s=LONGEST_WAIT_S)
    with capture_logs() as logs:
        background.start()
        assert over.wait(LONGEST_WAIT_S)
        background.stop()
    assert [one["reason"] for one in logs] == ["no line", "no line", "no answer"]
