"""A terminal is told of so many strangers an hour, and of those again as often as it asks."""

from sync_server.terminals.strangers import HOUR_MS, MAX_CARDS_AN_HOUR, Strangers

NOW_MS = 480_000 * HOUR_MS


def test_a_terminal_cannot_go_through_all_cards() -> None:
    strangers = Strangers()
    cards = [f"{number:016d}" for number in range(MAX_CARDS_AN_HOUR + 50)]
    first, rest = tuple(cards[:MAX_CARDS_AN_HOUR]), tuple(cards[MAX_CARDS_AN_HOUR:])
    assert strangers.answered("KRK-1", cards, NOW_MS) == first
    assert strangers.answered("KRK-1", rest, NOW_MS + HOUR_MS - 1) == ()
    assert strangers.answered("KRK-1", cards[5:8], NOW_MS) == tuple(cards[5:8])
    assert strangers.answered("KRK-2", rest, NOW_MS) == rest
    assert strangers.answered("KRK-1", rest, NOW_MS + HOUR_MS) == rest
    assert strangers.answered("KRK-1", (), NOW_MS) == ()
