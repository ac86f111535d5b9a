"""What a draw brings its winners: a line on their next receipt, and what their reward costs.

With the points on the card a member takes the reward at any till as every other: stock, vouchers
and what is handed over are worked there. It is posted and told once for ever, so a draw that was
cut short is gone on with.
"""

import uuid

from sqlalchemy import Connection, Engine

from loyalty.accounts import member_of
from loyalty.clock import Clock, epoch_ms
from loyalty.journal import EVENT
from loyalty.programme.catalogue import reward_named
from loyalty.programme.draw_files import DrawFile
from loyalty.programme.lotteries import TICKET
from sync_server.bookkeeping.lottery import Held
from sync_server.bookkeeping.own_journal import Outcomes, OwnJournal, Posting
from sync_server.campaigns.prizes import prize_notice
from sync_server.store.engine import writing
from sync_server.store.feed import NOTICE, tell
from sync_server.store.settings import load_settings
from sync_server.store.statements import inserting
from sync_server.store.tables import notices


def give_prizes(
    engine: Engine, journal: OwnJournal, held: Held, draw: DrawFile, clock: Clock
) -> Outcomes:
    """Give the winners of `draw` what they have won, and tell them; what they have stays theirs."""
    now_ms = epoch_ms(clock())
    given = journal.post(_postings(held, draw, now_ms))
    with writing(engine) as connection:
        _tell_winners(connection, held, draw, now_ms)
    return given


def _postings(held: Held, draw: DrawFile, now_ms: int) -> list[Posting]:
    reward = reward_named(held.programme, held.lottery.reward)
    if reward is None:
        return []
    return [
        Posting(
            account=held.programme.account_of(
                member_of(held.holders[ticket.holder]), reward.wallet
            ),
            kind=EVENT,
            points=reward.cost,
            receipt=f"lottery:{held.lottery.name}:{ticket.number}",
            programme=held.programme.label,
            occurred_at_ms=now_ms,
            payload={"event": held.lottery.name, TICKET: ticket.number},
        )
        for ticket in draw.drawn
    ]


def _tell_winners(connection: Connection, held: Held, draw: DrawFile, now_ms: int) -> None:
    history_id = load_settings(connection).history_id
    campaign = f"lottery:{held.lottery.name}"
    has_points = reward_named(held.programme, held.lottery.reward) is not None
    rows = [
        {
            "notice_id": uuid.uuid5(uuid.NAMESPACE_URL, f"{history_id}/{campaign}/{member}").hex,
            "member_id": member,
            "campaign": campaign,
            "texts": prize_notice(
                held.programme, held.lottery, ticket.number, has_points=has_points
            ),
            "created_at_ms": now_ms,
        }
        for ticket in draw.drawn
        for member in (member_of(held.holders[ticket.holder]),)
    ]
    if rows:
        connection.execute(inserting(connection, notices).on_conflict_do_nothing(), rows)
        tell(connection, NOTICE, {str(row["notice_id"]): str(row["member_id"]) for row in rows})
