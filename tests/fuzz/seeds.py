"""Messages, entries and codes as the product makes them: where a mutation begins."""

from collections.abc import Callable

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.identifiers import minted_card
from loyalty.journal import EARN, ENROL, RIGHTS_GRANT, Entry, encode_entry, first_seal
from loyalty.members import Member
from loyalty.programme.document import classic_document
from loyalty.snapshots import SNAPSHOT_VERSION, SnapshotHead, SnapshotWriter
from loyalty.tallies import DayTally
from loyalty.vouchers import Voucher, voucher_code
from loyalty.wire import (
    WIRE_VERSION,
    BalanceChange,
    Draw,
    EpochRequest,
    Grant,
    Holder,
    MemberChange,
    NoticeChange,
    Outcome,
    ProductChange,
    ProgrammeChange,
    Recall,
    Refused,
    SignedHead,
    SyncReply,
    SyncRequest,
    TerminalChange,
    VoucherChange,
    Waiting,
)
from loyalty.wire.columns import columns_of

CARD = minted_card(1, 1)
SEAL = first_seal("KRK-1", 1)
MOMENT_MS = 1_750_000_000_000
_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = _KEY.public_key().public_bytes_raw()
_MEMBER = Member(member_id=CARD, card=CARD, name="Żaneta", email="z@example.com", branch="KRK")


def entry_bodies() -> list[bytes]:
    """A sale, an enrolment, a grant of rights, and an entry of a kind from the future."""
    lines: dict[str, object] = {"lines": [["SKU-1", 1, 999], ["SKU-2", 2, 1_998]]}
    return [
        encode_entry(_entry(1, EARN, lines)),
        encode_entry(_entry(2, ENROL, msgspec.to_builtins(_MEMBER))),
        encode_entry(_entry(3, RIGHTS_GRANT, {"draw": 1, "points": 100})),
        encode_entry(_entry(4, "horoscope", {"sign": ["lion", {"deep": [1, None, 2.5]}]})),
    ]


def _entry(seq: int, kind: str, payload: dict[str, object]) -> Entry:
    return Entry(
        terminal="KRK-1",
        epoch=1,
        seq=seq,
        kind=kind,
        member=CARD,
        points=29,
        amount_minor=2_997,
        receipt=f"KRK-1.1.{seq}",
        programme="classic@1",
        occurred_at_ms=MOMENT_MS,
        recorded_at_ms=MOMENT_MS,
        payload=payload,
        elapsed_ms=12,
    )


def sync_requests() -> list[SyncRequest]:
    """One with nothing to say, one that says everything, and one that does so in columns."""
    bodies = tuple(entry_bodies())
    receipt = SignedHead("history", 4, SEAL, bytes(64))
    quiet = SyncRequest(
        version=WIRE_VERSION,
        terminal="KRK-1",
        epoch=1,
        first_seq=1,
        bodies=(),
        last_seal=SEAL,
        history_id="history",
        cursor=7,
        sent_at_ms=MOMENT_MS,
        product_version="0.1.0",
    )
    full = msgspec.structs.replace(
        quiet,
        bodies=bodies,
        count=len(bodies),
        length=sum(map(len, bodies)),
        printed_notices=("n1", "n2"),
        tallies=(DayTally("2026-05-01", 4, 4, 1, 0, 2_997),),
        mark="mark",
        draws=(Draw(1, CARD, 100), Draw(2, "", 0, "KRK-1.1.3")),
        lookups=(CARD,),
        waiting=Waiting(10, 500, 99_900),
        receipt=receipt,
    )
    in_columns = msgspec.structs.replace(
        full, bodies=(), columns=columns_of("KRK-1", 1, quiet.first_seq, bodies)
    )
    return [quiet, full, in_columns]


def sync_replies() -> list[SyncReply]:
    """One with every kind of change, and one with nothing new."""
    quiet = SyncReply(
        version=WIRE_VERSION,
        history_id="history",
        outcome=Outcome.ACCEPTED,
        head_seq=4,
        head_seal=SEAL,
        changes=(),
        cursor=7,
        more=False,
        server_time_ms=MOMENT_MS,
    )
    full = msgspec.structs.replace(
        quiet,
        changes=(
            MemberChange(_MEMBER),
            BalanceChange(CARD, 10, 20, 5, 5, 3, (Holder("KRK-2", 7),)),
            VoucherChange("KRK-1.1.3", CARD, 500, "GBP", MOMENT_MS, "issued", "KRK-1.1"),
            NoticeChange("n1", CARD, {"en": "Hello", "pl": "Cześć"}),
            TerminalChange("KRK-2", "KRK", ((1, bytes(32)),), "Kraków"),
            ProductChange("5901234123457", "Tea", 450),
            ProgrammeChange(classic_document()[:200]),
        ),
        refused=(Refused(2, "unreadable"),),
        mark="mark",
        head_signature=bytes(64),
        grants=(Grant(1, 100), Grant(2, 0, "held-elsewhere")),
        recalls=(Recall(CARD, 5), Recall("", 0, "KRK-1.1.3")),
        found=(MemberChange(_MEMBER),),
        rights_until_ms=MOMENT_MS,
        fork_seq=2,
    )
    return [quiet, full]


def epoch_requests() -> list[bytes]:
    """A request for a journal of one's own, as JSON."""
    asked = EpochRequest(nonce="0" * 32, epoch=1, reason="copy", public_key="00" * 32)
    return [msgspec.json.encode(asked)]


def snapshot_records() -> list[list[bytes]]:
    """Whole snapshots as their records: one with members, balances and the rest, one empty."""
    head = SnapshotHead(
        version=SNAPSHOT_VERSION,
        history_id="history",
        terminal="KRK-1",
        epoch=2,
        branch="",
        cursor=7,
        mark="mark",
        members=2,
    )
    second = msgspec.structs.replace(_MEMBER, member_id=minted_card(1, 2), card=CARD)
    balance = BalanceChange(CARD, 10, 20, 5, 5, 3, (Holder("KRK-2", 7),))
    everything = sync_replies()[1].changes
    full, bare = SnapshotWriter(), SnapshotWriter()
    return [
        [
            full.head(head),
            full.part([MemberChange(_MEMBER), MemberChange(second)]),
            full.part([balance, msgspec.structs.replace(balance, member_id="other")]),
            full.part(everything),
            full.end(_KEY),
        ],
        [bare.head(head), bare.end(_KEY)],
    ]


def codes() -> list[bytes]:
    """Texts of QR codes and barcodes: a voucher, cards, and codes of others."""
    voucher = Voucher("KRK-1.1.3", 500, "GBP", MOMENT_MS)
    texts = [
        *(voucher_code(voucher, _KEY), f"]Q1{voucher_code(voucher, _KEY)}", CARD),
        *(f"{CARD[:4]} {CARD[4:8]}-{CARD[8:]}", "5901234123457", "(01)05901234123457"),
        *("https://example.com/x?y=1", "http://[::1", "\x1d0105901234123457"),
    ]
    return [text.encode() for text in texts]


encode: Callable[[object], bytes] = msgspec.msgpack.Encoder(order="deterministic").encode
"""MessagePack as the wire has it, before it is folded."""
