"""The line: a sale does not make the sync try again at once what has just failed."""

from terminal_app.sync.line import DOWN_PAUSE_S, Line


class Ticks:
    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_line_that_was_found_down_is_let_be_for_a_moment() -> None:
    ticks = Ticks()
    line = Line(ticks)
    rests = [line.rest_s]
    line.found_down("no line")
    rests.append(line.rest_s)
    ticks.now_s += DOWN_PAUSE_S / 4
    rests.append(line.rest_s)
    ticks.now_s += DOWN_PAUSE_S
    rests.append(line.rest_s)
    line.found_down("still none")
    rests.append(line.rest_s)
    line.found_up()
    rests.append(line.rest_s)
    assert rests == [0.0, DOWN_PAUSE_S, DOWN_PAUSE_S * 3 / 4, 0.0, DOWN_PAUSE_S, 0.0]
