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
    worth = [line.is_worth_a_try]
    line.found_down("no line")
    worth.append(line.is_worth_a_try)
    ticks.now_s += DOWN_PAUSE_S
    worth.append(line.is_worth_a_try)
    line.found_down("still none")
    worth.append(line.is_worth_a_try)
    line.found_up()
    worth.append(line.is_worth_a_try)
    assert worth == [True, False, True, False, True]
