"""Work behind the faces: turns go on after faults, and a fault that lasts is logged once."""

import threading
import time
from itertools import pairwise

from structlog.testing import capture_logs

from terminal_app.background import Background
from terminal_app.errors import HeadOfficeUnreachable

LONGEST_WAIT_S = 10
REST_S = 0.1


def test_turns_that_are_asked_for_rest_between() -> None:
    turns: list[float] = []
    background = Background(
        "sync",
        lambda: turns.append(time.monotonic()),
        pause_s=lambda: LONGEST_WAIT_S,
        rest_s=lambda: REST_S,
        stop_timeout_s=LONGEST_WAIT_S,
    )
    background.start()
    until_s = time.monotonic() + 10 * REST_S
    while time.monotonic() < until_s and len(turns) < 3:
        background.nudge()
        time.sleep(REST_S / 50)
    background.stop()
    assert len(turns) >= 3, "what was asked for while it rested is done"
    assert all(later - earlier >= REST_S for earlier, later in pairwise(turns))


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
