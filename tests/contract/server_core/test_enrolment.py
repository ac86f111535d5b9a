"""One-time codes, keys and tokens: used once, for a day, and never kept as they are."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from loyalty.clock import epoch_ms
from loyalty.programme.document import classic_document
from loyalty.wire import EnrolReply, EnrolRequest
from sync_server.errors import EnrolmentRefused, UnknownSubject
from sync_server.store.engine import reading, writing
from sync_server.store.tables import terminals
from sync_server.terminals.enrolment import (
    CODE_VALID_MS,
    KnownTerminal,
    enrol_terminal,
    issue_code,
    terminal_of_token,
    token_hash,
)
from sync_server.terminals.journals import MAX_TERMINAL_NUMBER
from tests.contract.server_core.journals import START, ShopClock, rows

KEY = bytes(range(32))


def fresh_code(engine: Engine, clock: ShopClock, terminal: str = "KRK-2") -> str:
    with writing(engine) as connection:
        return issue_code(connection, terminal, epoch_ms(clock())).code


def enrol(engine: Engine, clock: ShopClock, code: str, key: bytes = KEY) -> EnrolReply:
    request = EnrolRequest(code=code, public_key=key.hex(), product_version="0.1.0")
    with writing(engine) as connection:
        return enrol_terminal(connection, request, epoch_ms(clock()))


def known(engine: Engine, token: str) -> KnownTerminal | None:
    with reading(engine) as connection:
        return terminal_of_token(connection, token)


def test_a_code_makes_a_till_a_terminal(engine: Engine, clock: ShopClock) -> None:
    reply = enrol(engine, clock, fresh_code(engine, clock))
    assert (reply.terminal, reply.terminal_number, reply.branch) == ("KRK-2", 2, "KRK")
    assert (reply.branch_name, reply.shop, reply.timezone) == (
        "Branch KRK",
        "Shop",
        "Europe/Warsaw",
    )
    assert (reply.history_id, reply.programme) == ("history-1", classic_document())
    assert reply.epoch == 1
    assert known(engine, reply.token) == KnownTerminal("KRK-2", "KRK", token_hash(reply.token))
    assert known(engine, reply.token + "x") is None
    terminal = rows(engine, "terminals")[1]
    assert terminal["enrolled_at_ms"] == epoch_ms(START)
    assert [row["public_key"] for row in rows(engine, "journals")] == [KEY]
    assert ("terminal", "KRK-2") in {(row["topic"], row["key"]) for row in rows(engine, "changes")}


def test_neither_code_nor_token_is_kept(engine: Engine, clock: ShopClock) -> None:
    code = fresh_code(engine, clock)
    before = repr(rows(engine, "terminals"))
    token = enrol(engine, clock, code).token
    after = repr(rows(engine, "terminals"))
    assert code not in before
    assert code.replace("-", "") not in before
    assert token not in after
    assert len(token) >= 43


@pytest.mark.parametrize("typing", [str.lower, lambda code: f" {code.replace('-', ' ')} "])
def test_a_code_may_be_typed_carelessly(engine: Engine, clock: ShopClock, typing: object) -> None:
    assert callable(typing)
    assert enrol(engine, clock, typing(fresh_code(engine, clock))).terminal == "KRK-2"


def test_a_code_opens_once(engine: Engine, clock: ShopClock) -> None:
    code = fresh_code(engine, clock)
    enrol(engine, clock, code)
    with pytest.raises(EnrolmentRefused, match="paragon-server code"):
        enrol(engine, clock, code)


def test_a_code_opens_for_a_day(engine: Engine, clock: ShopClock) -> None:
    code = fresh_code(engine, clock)
    clock.move(timedelta(milliseconds=CODE_VALID_MS + 1))
    with pytest.raises(EnrolmentRefused):
        enrol(engine, clock, code)
    clock.move(timedelta(milliseconds=-1))
    assert enrol(engine, clock, code).terminal == "KRK-2"


def test_a_newer_code_takes_the_place_of_an_older(engine: Engine, clock: ShopClock) -> None:
    older, newer = fresh_code(engine, clock), fresh_code(engine, clock)
    with pytest.raises(EnrolmentRefused):
        enrol(engine, clock, older)
    assert enrol(engine, clock, newer).terminal == "KRK-2"


def test_setting_up_again_locks_the_old_till_out(engine: Engine, clock: ShopClock) -> None:
    first = enrol(engine, clock, fresh_code(engine, clock))
    old = first.token
    code = fresh_code(engine, clock)
    assert known(engine, old) is not None
    second = enrol(engine, clock, code, key=b"\7" * 32)
    assert known(engine, old) is None
    assert known(engine, second.token) == KnownTerminal("KRK-2", "KRK", token_hash(second.token))
    keys = {row["epoch"]: row["public_key"] for row in rows(engine, "journals")}
    assert keys[2] == b"\7" * 32, "and vouchers of the till before stay good"
    assert keys[1] == KEY


def test_every_setting_up_starts_a_journal_and_a_range_of_cards(
    engine: Engine, clock: ShopClock
) -> None:
    """A card is minted of the terminal's number and its journal's count: no pair comes twice."""
    order = ("KRK-2", "WAW-1", "KRK-2", "KRK-1", "KRK-2", "WAW-1")
    told = [enrol(engine, clock, fresh_code(engine, clock, name)) for name in order]
    assert [reply.epoch for reply in told] == [1, 1, 2, 1, 3, 2]
    assert [reply.terminal_number for reply in told] == [2, 3, 4, 1, 5, 6]


def test_a_chain_that_has_used_up_its_numbers_says_so(engine: Engine, clock: ShopClock) -> None:
    enrol(engine, clock, fresh_code(engine, clock))
    with writing(engine) as connection:
        connection.execute(
            update(terminals)
            .where(terminals.c.terminal == "WAW-1")
            .values(number=MAX_TERMINAL_NUMBER)
        )
    code = fresh_code(engine, clock)
    with pytest.raises(EnrolmentRefused, match="used up"):
        enrol(engine, clock, code)


def test_a_revoked_terminal_is_unknown(engine: Engine, clock: ShopClock) -> None:
    token = enrol(engine, clock, fresh_code(engine, clock)).token
    with writing(engine) as connection:
        connection.execute(update(terminals).values(revoked_at_ms=1))
    assert known(engine, token) is None


def test_a_key_that_is_none_does_not_use_the_code_up(engine: Engine, clock: ShopClock) -> None:
    code = fresh_code(engine, clock)
    for key in (b"", b"short", b"x" * 33):
        with pytest.raises(EnrolmentRefused, match="32 bytes"):
            enrol(engine, clock, code, key=key)
    assert enrol(engine, clock, code).terminal == "KRK-2"


def test_no_code_for_a_terminal_that_is_not_there(engine: Engine, clock: ShopClock) -> None:
    with pytest.raises(UnknownSubject, match="KRK-9"):
        fresh_code(engine, clock, "KRK-9")
