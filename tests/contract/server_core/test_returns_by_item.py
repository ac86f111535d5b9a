"""Returns by item in the books: computed again from their sale, and held against each other."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine

from loyalty.clock import epoch_ms
from loyalty.journal import EARN, REDEEM, REVERSE, VOUCHER_REDEEMED, Entry
from loyalty.programme.document import classic_document
from loyalty.receipt_codes import sold_receipt
from sync_server.store.engine import writing
from sync_server.store.programmes import put_in_force
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, Journal, hand_in, rows

SALE_LINES = [["MUG", 3, 3_00], ["TEA", 1, 5_50]]
"""8.50 earns 8 points at one for each full 1.00."""


def sold(till: Journal, member: str = "anna") -> Entry:
    points = 8 if member else 0
    return till.sale(member, 0, points=points, amount_minor=8_50, payload={"lines": SALE_LINES})


def back(
    till: Journal,
    sale: Entry,
    parts: list[list[int]],
    points: int,
    /,
    **said: Any,
) -> Entry:
    """The entry of a return of `returned` parts of `sale`."""
    lines = [[SALE_LINES[line][0], units, minor] for line, units, minor in parts]
    of = [sale.terminal, sale.epoch, sale.seq]
    payload = {"lines": lines, "of": of, "returned": parts, **said}
    amount_minor = -sum(minor for _, _, minor in parts)
    return till.add(REVERSE, sale.member, points, amount_minor=amount_minor, payload=payload)


def told(sale: Entry, **changed: Any) -> Any:
    return msgspec.to_builtins(msgspec.structs.replace(sold_receipt(sale), **changed))


def opened(engine: Engine) -> list[tuple[str, str, int]]:
    return sorted((case["kind"], case["terminal"], case["seq"]) for case in rows(engine, "cases"))


def details(engine: Engine) -> list[str]:
    return sorted(case["detail"] for case in rows(engine, "cases"))


def test_returns_in_parts_are_right_one_after_the_other(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    sale = sold(till)
    back(till, sale, [[1, 1, 5_50]], -5)
    back(till, sale, [[0, 1, 1_00]], -1, before=[[1, 1, 5_50]])
    back(till, sale, [[0, 2, 2_00]], -2, before=[[1, 1, 5_50], [0, 1, 1_00]])
    ingest.take(till.frame())
    assert opened(engine) == []
    assert rows(engine, "standings")[0]["points"] == 0


def test_a_return_that_arrives_before_its_sale_goes_by_what_it_tells(
    engine: Engine, ingest: Ingest
) -> None:
    seller, other = Journal("KRK-1"), Journal("WAW-1")
    sale = sold(seller)
    back(other, sale, [[1, 1, 5_50]], -5, sale=told(sale))
    hand_in(ingest, [other.frame(), seller.frame()])
    assert opened(engine) == []
    assert rows(engine, "standings")[0]["points"] == 3


def test_goods_that_came_back_at_two_tills_are_a_case_at_both(
    engine: Engine, ingest: Ingest
) -> None:
    seller, one, two = Journal("KRK-1"), Journal("KRK-2"), Journal("WAW-1")
    sale = sold(seller)
    back(one, sale, [[1, 1, 5_50]], -5, sale=told(sale))
    back(two, sale, [[1, 1, 5_50]], -5, sale=told(sale))
    hand_in(ingest, [seller.frame(), one.frame(), two.frame(), two.frame()])
    assert opened(engine) == [("returned-twice", "KRK-2", 1), ("returned-twice", "WAW-1", 1)]
    assert (
        details(engine)
        == [
            "More goods of receipt KRK-1/1 of KRK-1 came back than were sold: "
            "receipt KRK-2/1 of KRK-2, receipt WAW-1/1 of WAW-1."
        ]
        * 2
    )


def test_goods_that_came_back_once_each_and_round_otherwise_are_one_case(
    engine: Engine, ingest: Ingest
) -> None:
    """8.50 less 5.50 leaves 3, so 5 go; less 0.50 leaves 8, so none; 2.50 is left, so 6 should."""
    seller, one, two = Journal("KRK-1"), Journal("KRK-2"), Journal("WAW-1")
    sale = sold(seller)
    back(one, sale, [[1, 1, 5_50]], -5, sale=told(sale))
    back(two, sale, [[0, 0, 50]], 0, sale=told(sale))
    hand_in(ingest, [seller.frame(), one.frame(), two.frame()])
    assert opened(engine) == [("returns-differ", "WAW-1", 1)]
    assert details(engine) == [
        "Returns of receipt KRK-1/1 of KRK-1 moved -5 points, together they should move -6: "
        "receipt KRK-2/1 of KRK-2, receipt WAW-1/1 of WAW-1."
    ]


def test_goods_that_came_back_once_each_and_come_to_the_same_are_no_case(
    engine: Engine, ingest: Ingest
) -> None:
    seller, one, two = Journal("KRK-1"), Journal("KRK-2"), Journal("WAW-1")
    sale = sold(seller)
    back(one, sale, [[0, 1, 1_00]], -1, sale=told(sale))
    back(two, sale, [[0, 2, 2_00]], -2, sale=told(sale))
    hand_in(ingest, [seller.frame(), one.frame(), two.frame()])
    assert opened(engine) == []


@pytest.mark.parametrize(
    ("points", "returned", "said", "detail"),
    [
        (-4, [[1, 1, 5_50]], {}, "promised -4 points, computed -5"),
        (-8, [[1, 2, 11_00]], {}, "it takes back more than was sold"),
        (-8, [[0, 3, 3_00]], {"before": [[0, 1, 1_00]]}, "it takes back more than was sold"),
        (-5, [[1, 1, 5_50]], {"of": ["KRK-1", 1, 9]}, "it is of a sale that head office does not"),
        (-5, [[1, 1, 5_50]], {"of": "KRK-1"}, "what it returns cannot be read"),
        (-5, [[1, 1, 5_50]], {"returned": [[7, 1, 5_50]]}, "it takes back more than was sold"),
        (-5, [[1, 1, 5_50]], {"returned": [[1, 1, 5_00]]}, "it is of 550, what it returns was"),
        (-4, [[1, 1, 5_50]], {"forgiven": 1}, "promised -4 points, computed -5"),
        (5, [[1, 1, 5_50]], {"revoked": 1}, "promised 5 points, computed -5"),
        (-5, [[1, 1, 5_50]], {"points_back": 3}, "3 points that had paid came back, computed 0"),
        (-5, [[1, 1, 5_50]], {"discount_minor": 1}, "discount 1, computed 0"),
        (-5, [[1, 1, 5_50]], {"sums": {"spend|ever": -550}}, "it counts otherwise of its member"),
    ],
)
def test_a_return_that_differs_from_its_sale_is_shown(
    engine: Engine,
    ingest: Ingest,
    points: int,
    returned: list[list[int]],
    said: dict[str, Any],
    detail: str,
) -> None:
    till = Journal()
    sale = sold(till)
    back(till, sale, returned, points, **said)
    ingest.take(till.frame())
    assert opened(engine) == [("promise-differs", "KRK-1", 2)]
    assert details(engine)[0].startswith(f"Receipt KRK-1/2: {detail}")
    assert rows(engine, "standings")[0]["points"] == 8 + points


def test_a_return_by_another_version_than_its_sale_is_shown(engine: Engine, ingest: Ingest) -> None:
    with writing(engine) as connection:
        put_in_force(
            connection, classic_document().replace("version = 1", "version = 2"), epoch_ms(START)
        )
    till = Journal()
    sale = sold(till)
    payload = {"lines": [["TEA", 1, 5_50]], "of": ["KRK-1", 1, 1], "returned": [[1, 1, 5_50]]}
    entry = till.add(
        REVERSE, "anna", -5, amount_minor=-5_50, payload=payload, programme="classic@2"
    )
    ingest.take(till.frame())
    assert sale.programme != entry.programme
    assert opened(engine) == [("promise-differs", "KRK-1", 2)]
    assert "it goes by programme classic@2, its sale by classic@1" in details(engine)[0]


@pytest.mark.parametrize(
    "changed",
    [{"points": 9}, {"payload": {"lines": [["TEA", 1, 5_50]]}}, {"seq": 7}, {"member_id": "bob"}],
)
def test_a_sale_told_otherwise_than_the_books_hold_it_is_shown(
    engine: Engine, ingest: Ingest, changed: dict[str, Any]
) -> None:
    seller, other = Journal("KRK-1"), Journal("WAW-1")
    sale = sold(seller)
    back(other, sale, [[1, 1, 5_50]], -5, sale=told(sale, **changed))
    hand_in(ingest, [seller.frame(), other.frame()])
    assert opened(engine) == [("promise-differs", "WAW-1", 1)]
    assert "otherwise than head office holds it" in details(engine)[0]


def test_another_branch_of_history_under_the_number_is_not_the_sale(
    engine: Engine, ingest: Ingest
) -> None:
    """The till's sale is to be written again in a later journal, of which nothing was heard yet;
    its old number is another's here."""
    seller, other = Journal("KRK-1"), Journal("WAW-1")
    seller.sale("anna", 100)
    sale = sold(Journal("KRK-1"))
    back(other, sale, [[1, 1, 5_50]], -5, sale=told(sale, reference="R-2"))
    hand_in(ingest, [seller.frame(), other.frame()])
    assert opened(engine) == []


def test_a_return_of_a_sale_that_was_never_made_is_shown(engine: Engine, ingest: Ingest) -> None:
    """Head office holds another entry in its place, and nothing is to come."""
    seller, other = Journal("KRK-1", epoch=3), Journal("WAW-1")
    seller.sale("anna", 100)
    sale = sold(Journal("KRK-1", epoch=3))
    made_up = told(sale, reference="R-2")
    back(other, sale, [[1, 1, 5_50]], -5, sale=made_up)
    hand_in(ingest, [seller.frame(), other.frame()])
    assert opened(engine) == [("promise-differs", "WAW-1", 1)]
    assert details(engine) == [
        "Receipt WAW-1/1: it is of a sale that entry 1 of journal 3 of KRK-1 is not."
    ]


def test_a_return_of_a_sale_at_no_terminal_is_shown(engine: Engine, ingest: Ingest) -> None:
    other = Journal("WAW-1")
    sale = sold(Journal("ZZZ-1"))
    back(other, sale, [[1, 1, 5_50]], -5, sale=told(sale))
    ingest.take(other.frame())
    assert details(engine) == [
        "Receipt WAW-1/1: it is of a sale at 'ZZZ-1', which is no terminal of the chain."
    ]


def test_debts_are_forgiven_and_vouchers_revoked_where_the_programme_says_so(
    engine: Engine, ingest: Ingest
) -> None:
    terms = (
        'name = "kind"\nversion = 1\ncurrency = "GBP"\n[earning]\nper = "1.00"\n'
        '[reward]\nat_points = 5\nvoucher = "1.00"\nvalid_days = 90\n'
        '[returns]\ndebt = "forgiven"\nvouchers = "revoked"\n'
    )
    with writing(engine) as connection:
        put_in_force(connection, terms, epoch_ms(START))
    till = Journal()
    sale = till.sale(
        "anna", 0, points=8, amount_minor=8_50, payload={"lines": SALE_LINES}, programme="kind@1"
    )
    of = [sale.terminal, sale.epoch, sale.seq]
    payload = {"lines": SALE_LINES, "of": of, "returned": [[0, 3, 3_00], [1, 1, 5_50]]}
    till.add(REDEEM, "anna", -5, receipt=sale.receipt, programme="kind@1")
    number = till.issue("anna", sale.receipt, "kind@1", amount_minor=1_00)
    revoking = till.add(
        REVERSE,
        "anna",
        -1,
        amount_minor=-8_50,
        programme="kind@1",
        payload={**payload, "forgiven": 2, "revoked": 1},
    )
    used = {"number": number, "amount_minor": 1_00, "revoked": True}
    till.add(VOUCHER_REDEEMED, "anna", receipt=revoking.receipt, payload=used)
    till.add(
        REVERSE,
        "anna",
        1,
        amount_minor=-8_50,
        programme="kind@1",
        payload={**payload, "forgiven": 9},
    )
    ingest.take(till.frame())
    assert opened(engine) == [
        ("promise-differs", "KRK-1", 6),
        ("returned-twice", "KRK-1", 4),
        ("returned-twice", "KRK-1", 6),
    ]
    assert any("9 points were forgiven" in detail for detail in details(engine))


def test_goods_without_a_card_are_computed_and_open_no_case(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    sale = sold(till, "")
    back(till, sale, [[1, 1, 5_50]], 0)
    ingest.take(till.frame())
    assert opened(engine) == []


def test_points_for_goods_without_a_receipt_where_the_programme_takes_none(
    engine: Engine, ingest: Ingest
) -> None:
    terms = (
        'name = "strict"\nversion = 1\ncurrency = "GBP"\n[earning]\nper = "1.00"\n'
        '[returns]\nwithout_receipt = "nothing"\n'
    )
    with writing(engine) as connection:
        put_in_force(connection, terms, epoch_ms(START))
    till = Journal()
    lines = {"lines": [["TEA", 1, 5_50]]}
    till.add(REVERSE, "anna", 0, amount_minor=-5_50, programme="strict@1", payload=lines)
    till.add(REVERSE, "anna", -5, amount_minor=-5_50, programme="strict@1", payload=lines)
    ingest.take(till.frame())
    assert opened(engine) == [("promise-differs", "KRK-1", 2)]


def written_again(sale: Entry, till: Journal) -> Entry:
    """`sale` in the journal that its till goes on in, with a return of its tea."""
    payload = {"salvaged": [sale.epoch, sale.seq], **sale.payload}
    fields: dict[str, Any] = {
        "amount_minor": sale.amount_minor,
        "receipt": sale.receipt,
        "payload": payload,
    }
    again = till.add(EARN, sale.member, sale.points, **fields)
    back(till, sale, [[1, 1, 5_50]], -5)
    return again


def test_goods_of_a_sale_that_was_written_again_come_back_by_its_first_place(
    engine: Engine, ingest: Ingest
) -> None:
    """A disk was put back: the books have another history of the first journal."""
    held, gone_on = Journal(epoch=1), Journal(epoch=2)
    back(held, sold(held), [[1, 1, 5_50]], -5)
    lost = Journal(epoch=1).sale("anna", 0, points=8, amount_minor=8_50, receipt="R-7")
    lost = msgspec.structs.replace(lost, payload={"lines": SALE_LINES})
    written_again(lost, gone_on)
    hand_in(ingest, [held.frame(), gone_on.frame()])
    assert opened(engine) == []
    assert rows(engine, "standings")[0]["points"] == 6


def test_a_sale_that_is_written_again_and_nowhere_else_is_found_by_its_first_place(
    engine: Engine, ingest: Ingest
) -> None:
    lost, gone_on, other = Journal(epoch=1), Journal(epoch=3), Journal("WAW-1")
    sale = sold(lost)
    written_again(sale, gone_on)
    back(other, sale, [[0, 1, 1_00]], -1, sale=told(sale), before=[[1, 1, 5_50]])
    hand_in(ingest, [gone_on.frame(), other.frame()])
    assert opened(engine) == []
    assert rows(engine, "standings")[0]["points"] == 2
