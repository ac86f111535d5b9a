"""What is safe to spend, in words: how much, who holds the rest, the same lines at every face."""

from collections.abc import Callable

from loyalty.rights import HeldElsewhere, Safe, Wait
from terminal_app.locale.wallet_words import WalletWords
from terminal_app.locale.words import Words, phrase

MAX_HOLDERS_NAMED = 3

_REASONS = {
    Wait.NOT_HEARD: phrase(
        "Points can be spent again once head office is reached: it was not heard of for too long."
    ),
    Wait.OWNER_ALONE: phrase("Only the owner of the family account may spend from it."),
    Wait.COPY: phrase(
        "Points can be spent again once head office is reached: this till's data was copied."
    ),
}


def safe_lines(
    safe: Safe,
    words: Words,
    wallet: WalletWords | None = None,
    *,
    is_online: bool = True,
    is_asked_back: bool = True,
) -> tuple[str, ...]:
    """Lines that say what may be spent here and why the rest waits; none when nothing waits.

    Figures are those of `wallet`, without one plain numbers.
    `is_asked_back` is whether the member is served here, so that others were asked for the rest.
    With the line down nobody was, whatever is written down to be asked: nothing is promised then
    but that the rest comes once the line is back.
    """
    figure = words.number if wallet is None else wallet.figure
    if safe.wait is Wait.NOTHING:
        return ()
    lines = [words.text("Safe to spend here now: {points}", points=figure(safe.points))]
    if safe.wait in _REASONS:
        return (*lines, words.text(_REASONS[safe.wait]))
    if safe.pending:
        points = figure(safe.pending)
        lines.append(words.text("{points} earned lately: they can be spent later", points=points))
    if safe.wait is Wait.PENDING:
        return tuple(lines)
    named = safe.elsewhere[:MAX_HOLDERS_NAMED]
    is_asked = is_online and is_asked_back
    lines += [_held(holder, words, figure, is_asked_back=is_asked) for holder in named]
    others = sum(holder.points for holder in safe.elsewhere[MAX_HOLDERS_NAMED:])
    if others > 0:
        lines.append(words.text("{points} at other tills", points=figure(others)))
    at_head_office = safe.pool or (
        0 if safe.elsewhere else safe.balance - safe.pending - safe.points
    )
    if at_head_office > 0:
        points = figure(at_head_office)
        lines.append(
            words.text("{points} at head office, on their way", points=points)
            if is_asked
            else words.text("{points} at head office", points=points)
        )
    if is_asked_back and not is_online:
        lines.append(words.text("the rest comes once the line is back"))
    return tuple(lines)


def _held(
    holder: HeldElsewhere, words: Words, figure: Callable[[int], str], *, is_asked_back: bool
) -> str:
    points, branch = figure(holder.points), holder.branch or holder.terminal
    facts = {"points": points, "branch": branch, "terminal": holder.terminal}
    if is_asked_back:
        return words.text("{points} held by {branch} ({terminal}), asked back", **facts)
    return words.text("{points} held by {branch} ({terminal})", **facts)
