"""What people do at the counters: enrol, buy, pay with vouchers, bring back, ask again."""

from collections.abc import Callable
from typing import Any

from loyalty.baskets import Basket, Line
from loyalty.journal import ENROL, VOUCHER_ISSUED
from loyalty.programme.brought_back import AskedBack
from terminal_app.errors import StoreFault
from terminal_app.posting.draft import Draft
from terminal_app.store.settings import require_identity
from terminal_app.till.answers import (
    Enrolment,
    GoodsReturn,
    KnownMember,
    Posted,
    Reason,
    Refusal,
    Sale,
)
from terminal_app.till.door import Till
from tests.simulation.clocks import MINUTE_MS
from tests.simulation.machines import Machine, Process
from tests.simulation.power import PowerCut
from tests.simulation.witness import Seen
from tests.simulation.world import Request, World

SALE = "sale"
RETURN = "return"
MAX_MEMBERS = 5
MOMENT_MS = 5 * MINUTE_MS
"""How exactly a till keeps the latest moment that it has seen."""

MAX_WRITES_TO_CRASH = 14

_MAY_REFUSE = {
    SALE: {
        Reason.UNKNOWN_CARD,
        Reason.VOUCHER_SPENT,
        Reason.VOUCHER_EXPIRED,
        Reason.VOUCHER_FORGED,
        Reason.VOUCHER_NEEDLESS,
        Reason.VOUCHER_ELSEWHERE,
        Reason.VOUCHER_WAITS,
    },
    RETURN: {
        Reason.UNKNOWN_CARD,
        Reason.RECEIPT_UNKNOWN,
        Reason.RECEIPT_RETURNED,
        Reason.RETURN_TOO_MUCH,
    },
}
"""What a till may say no to; a voucher is forged to a till that has not heard of its issuer."""


_SORTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ()),
    ("coffee", ()),
    ("fruit", ("own-brand",)),
    ("tobacco", ()),
    ("coffee", ("sale",)),
    ("", ("own-brand", "sale")),
)
"""Categories and tags of goods."""

_STRANGE: tuple[tuple[str, dict[str, Any]], ...] = (
    (VOUCHER_ISSUED, {"number": 5}),
    (ENROL, {"member_id": "nobody"}),
    ("stamp-of-tomorrow", {"stamps": 3}),
)


def sell(world: World) -> str:
    """Someone buys, with or without card, sometimes paying with vouchers."""
    machine = world.pick()
    codes: tuple[str, ...] = ()
    if world.wallet and world.dice.random() < 0.35:
        codes = (world.dice.choice(world.wallet),)
        if world.dice.random() < 0.1:
            codes += (world.dice.choice(world.wallet),)
    return _ask(world, machine, _request(world, machine, SALE, codes))


def take_back(world: World) -> str:
    """Someone brings goods back, to whichever shop is near; every other time with the receipt, if
    they bought there."""
    machine = world.pick()
    bought = [
        one
        for one in world.requests
        if (one.kind, one.machine) == (SALE, machine.name)
        and one.reference
        and world.witness.is_confirmed(one.marker)
    ]
    if bought and len(world.requests) % 2:
        return _ask(world, machine, _with_receipt(world, bought))
    return _ask(world, machine, _request(world, machine, RETURN, ()))


def ask_again(world: World) -> str:
    """A till's software repeats a receipt that it asked for before, with its number."""
    named = [request for request in world.requests if request.reference]
    if not named:
        return "nothing to repeat"
    request = world.dice.choice(named)
    machine = next((one for one in world.living() if one.name == request.machine), None)
    return "its machine is gone" if machine is None else _ask(world, machine, request)


def ask_otherwise(world: World) -> str:
    """Another receipt comes under a number that was used."""
    named = [
        request
        for request in world.requests
        if request.reference and world.witness.is_confirmed(request.marker)
    ]
    if not named:
        return "no number to use again"
    used = world.dice.choice(named)
    machine = next((one for one in world.living() if one.name == used.machine), None)
    process = None if machine is None else world.free_process(machine)
    if process is None:
        return "its machine is busy or gone"
    sale = Sale(basket=_basket("OTHER", (4321,)), reference=used.reference)
    answer = process.shop.till.sell(sale)
    if not (isinstance(answer, Refusal) and answer.reason is Reason.RECEIPT_CONFLICT):
        world.witness.breach("G2", f"receipt {used.reference} was taken with another content")
    return f"{machine and machine.name}: {used.reference} with another content"


def enrol(world: World) -> str:
    """Someone becomes a member."""
    if len(world.members) >= MAX_MEMBERS:
        return identify(world)
    machine = world.pick()
    process = world.free_process(machine)
    if process is None:
        return f"{machine.name} is busy"
    _maybe_arm(world, process)
    try:
        answer = process.shop.till.enrol(Enrolment(name=f"Member {world.next_number()}"))
    except PowerCut:
        machine.end(process)
        return f"{machine.name}: power cut while enrolling"
    process.fuse.disarm()
    if isinstance(answer, Refusal) and answer.reason is Reason.CARD_NOT_MINTED:
        return f"{machine.name}: gives no card number while it may be a copy"
    if isinstance(answer, Refusal):
        if answer.reason is not Reason.CARD_NOT_MINTED or not machine.says_suspended:
            world.witness.breach("G7", f"an enrolment was refused: {answer.reason}")
        return f"{machine.name}: no enrolment"
    if machine.is_suspended:
        world.witness.breach("G2", f"{machine.name}: a copied till minted a card")
    world.members.append(answer.member.member_id)
    return f"{machine.name}: enrols {answer.member.member_id}"


def identify(world: World) -> str:
    """A card is scanned, which asks for the member's rights; mostly the line is used at once."""
    if not world.members:
        return "nobody has a card"
    machine = world.pick()
    process = world.free_process(machine)
    if process is None:
        return f"{machine.name} is busy"
    card = world.dice.choice(world.members)
    _maybe_arm(world, process)
    try:
        answer = process.shop.till.identify(card)
    except PowerCut:
        machine.end(process)
        return f"{machine.name}: power cut while scanning"
    process.fuse.disarm()
    said = "unknown"
    if isinstance(answer, KnownMember):
        said = f"{answer.balance.points} points"
    came = ""
    if world.dice.random() < 0.6:
        came = f", syncs {machine.sync(process) or 'well'}"
    return f"{machine.name}: scans {card}: {said}{came}"


def reprint(world: World) -> str:
    """A receipt is printed again: the same vouchers, and nothing is booked."""
    machine = world.pick()
    process = world.free_process(machine)
    if process is None:
        return f"{machine.name} is busy"
    last = process.shop.till.last_receipt()
    if last is None:
        return f"{machine.name}: no receipt yet"
    process.shop.till.reprint(last.reference)
    world.wallet += [slip.code for slip in last.vouchers if slip.code not in world.wallet]
    return f"{machine.name}: reprints {last.reference}"


def write_what_cannot_count(world: World) -> str:
    """A till with a fault of its own writes entries that mean nothing to head office."""
    machine = world.pick()
    process = world.free_process(machine)
    if process is None:
        return f"{machine.name} is busy"
    kind, payload = world.dice.choice(_STRANGE)
    store = process.shop.store
    with store.writing() as connection:
        draft = Draft(
            connection,
            require_identity(connection),
            receipt="",
            programme="",
            member_id=world.dice.choice(world.members),
            occurred_at_ms=machine.clock.now_ms,
            recorded_at_ms=machine.clock.now_ms,
        )
        draft.add(kind, payload=payload)
        draft.post()
    return f"{machine.name}: writes a strange entry of kind {kind}"


def _request(world: World, machine: Machine, kind: str, codes: tuple[str, ...]) -> Request:
    number = world.next_number()
    has_card = world.members and world.dice.random() < 0.9
    request = Request(
        machine=machine.name,
        marker=f"M{number}",
        kind=kind,
        reference=f"R{number}" if world.dice.random() < 0.6 else "",
        member=world.dice.choice(world.members) if has_card else "",
        amounts_minor=tuple(
            world.dice.randrange(50, 1_600) for _ in range(world.dice.randrange(1, 4))
        ),
        codes=codes,
    )
    world.requests.append(request)
    return request


def _with_receipt(world: World, bought: list[Request]) -> Request:
    """All that is left of a receipt, its first line, or one unit of that."""
    number = world.next_number()
    sale = bought[number % len(bought)]
    first = ((), (AskedBack(0),), (AskedBack(0, quantity=1),))
    request = Request(
        machine=sale.machine,
        marker=f"back-R{number}",
        kind=RETURN,
        reference=f"R{number}",
        member=sale.member,
        amounts_minor=(),
        of_receipt=sale.reference,
        items=first[number % len(first)],
    )
    world.requests.append(request)
    return request


def _basket(marker: str, amounts_minor: tuple[int, ...]) -> Basket:
    """Goods of all sorts; the same for the same marker."""
    first = sum(map(ord, marker))
    return Basket(
        tuple(
            Line(marker, "goods", 1 + (first + place) % 3, amount, *_SORTS[(first + place) % 6])
            for place, amount in enumerate(amounts_minor)
        )
    )


def _ask(world: World, machine: Machine, request: Request) -> str:
    process = world.free_process(machine)
    if process is None:
        return f"{machine.name} is busy"
    world.witness.asked(_seen(request, machine))
    _maybe_arm(world, process)
    name = f"{machine.name}: {request.kind} {request.marker} {request.reference}"
    try:
        answer = _asking(request)(process.shop.till)
    except PowerCut:
        machine.end(process)
        return f"{name}: power cut"
    except StoreFault as fault:
        world.witness.breach("G7", f"{name} failed: {fault}")
        return f"{name}: {type(fault).__name__}"
    process.fuse.disarm()
    if isinstance(answer, Refusal):
        world.witness.refused(request.marker)
        if answer.reason not in _MAY_REFUSE[request.kind]:
            world.witness.breach("G7", f"{name} was refused: {answer.reason}")
        return f"{name}: {answer.reason}"
    return _confirmed(world, machine, request, answer, name)


def _confirmed(world: World, machine: Machine, request: Request, answer: Posted, name: str) -> str:
    receipt = answer.receipt
    seen = _seen(request, machine)
    seen.reference = receipt.reference
    if request.of_receipt:
        seen.total_minor = abs(receipt.total_minor)
    seen.points, seen.redeemed = receipt.points, receipt.points_redeemed
    seen.issued = tuple(slip.number for slip in receipt.vouchers)
    world.witness.confirmed(request.marker, seen, is_repeat=answer.repeated)
    if not answer.repeated:
        world.wallet += [slip.code for slip in receipt.vouchers]
        _hold_against_lease(world, machine, receipt.points_redeemed, name)
    return f"{name}: {receipt.points} points, {receipt.points_redeemed} spent"


def _hold_against_lease(world: World, machine: Machine, redeemed: int, name: str) -> None:
    """Nothing may be spent past the lease, nor by a copy that knows it is one."""
    machine.seen_ms = max(machine.seen_ms, machine.clock.now_ms)
    if not redeemed:
        return
    if machine.is_suspended:
        world.witness.breach("G3", f"{name}: a copied till spent {redeemed} points")
    past_ms = machine.seen_ms - MOMENT_MS - (machine.lease_until_ms or machine.seen_ms)
    if past_ms > 0:
        world.witness.breach("G3", f"{name}: {redeemed} points spent {past_ms} ms past the lease")


def _asking(request: Request) -> Callable[[Till], Posted | Refusal]:
    basket = _basket(request.marker, request.amounts_minor)
    if request.of_receipt:
        goods = GoodsReturn(
            of_receipt=request.of_receipt, items=request.items, reference=request.reference
        )
        return lambda till: till.take_back(goods)
    if request.kind == RETURN:
        goods = GoodsReturn(basket=basket, reference=request.reference, member_id=request.member)
        return lambda till: till.take_back(goods)
    sale = Sale(
        basket=basket,
        reference=request.reference,
        member_id=request.member,
        voucher_codes=request.codes,
    )
    return lambda till: till.sell(sale)


def _seen(request: Request, machine: Machine) -> Seen:
    return Seen(
        marker=request.marker,
        machine=machine.name,
        terminal=machine.terminal,
        kind=request.kind,
        member=request.member,
        total_minor=sum(request.amounts_minor),
        reference=request.reference,
    )


def _maybe_arm(world: World, process: Process) -> None:
    if world.temper.crashes and world.dice.random() < 0.12:
        process.fuse.arm(world.dice.randrange(MAX_WRITES_TO_CRASH))
