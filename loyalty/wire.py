"""What till and head office say to each other: messages, their limits, their bytes.

One round trip carries both ways: entries up, changes down. Messages are MessagePack arrays
behind zstd; fields are only ever added at the end, so that one side may be a version ahead.
Seals are not sent: both sides compute them, and compare the last one. Limits stand in the types,
so that a frame which claims millions of small things is refused before any of them is made.
"""

from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta

from loyalty.errors import FrameInvalid
from loyalty.members import Member
from loyalty.tallies import DayTally
from loyalty.tolerance import Things, decode_known

WIRE_VERSION = 2
OLDEST_WIRE_VERSION = 1
"""A side one version behind or ahead is understood; what is older is asked to update."""

MAX_ENTRIES_A_FRAME = 1_000
MAX_CHANGES_A_FRAME = 1_000
MAX_FRAME_BYTES = 8 << 20
"""Of the message after decompression; what claims to be larger is refused unread."""

MAX_PACKED_BYTES = 8 << 20
MEDIA_TYPE = "application/vnd.paragon.sync"
COMPRESSION_LEVEL = 3

MAX_TALLIES_A_FRAME = 1_000
MAX_DRAWS_A_FRAME = 1_000
MAX_LOOKUPS_A_FRAME = 100
MAX_RECALLS_A_FRAME = 1_000
MAX_FOUND_A_FRAME = 10_000
MAX_NOTICES_A_FRAME = 10_000
MAX_HOLDERS_TOLD = 8
MAX_LANGUAGES_TOLD = 100
MAX_JOURNALS_TOLD = 10_000
PUBLIC_KEY_BYTES = 32
SYNC_PATH = "/v1/sync"
EPOCH_PATH = "/v1/epoch"
SNAPSHOT_PATH = "/v1/snapshot"
STANDING_PATH = "/v1/standing"
ENROL_PATH = "/v1/enrol"


class Outcome(StrEnum):
    """How head office took a frame of entries."""

    ACCEPTED = "accepted"
    BEHIND = "behind"
    """It holds less than the frame starts at: send again from its head."""
    FORKED = "forked"
    """It holds other entries under the same numbers: kept as evidence, a person must look."""


class MemberChange(msgspec.Struct, frozen=True, array_like=True, tag="member"):
    """A member is new or has new facts."""

    member: Member


class Holder(msgspec.Struct, frozen=True, array_like=True):
    """A terminal that holds rights to `points` of a member."""

    terminal: str
    points: int


class BalanceChange(msgspec.Struct, frozen=True, array_like=True, tag="balance"):
    """Points of `member` from all terminals but the one that is told: earned, clawed back,
    redeemed and their sum.

    `pool` is what head office has the rights to and may grant; `holders` are the other terminals
    that have the most, the largest first, at most MAX_HOLDERS_TOLD.
    """

    member_id: str
    points: int
    earned: int
    clawed_back: int
    redeemed: int
    pool: int = 0
    holders: Annotated[tuple[Holder, ...], Meta(max_length=MAX_HOLDERS_TOLD)] = ()


class VoucherChange(msgspec.Struct, frozen=True, array_like=True, tag="voucher"):
    """A voucher was issued or redeemed somewhere, or the right to it moved.

    `held_by` is the journal that may take it offline ("T1.2": terminal, epoch), empty while the
    right lies at head office.
    """

    number: str
    member_id: str
    amount_minor: int
    currency: str
    expires_at_ms: int
    state: str
    held_by: str = ""


class NoticeChange(msgspec.Struct, frozen=True, array_like=True, tag="notice"):
    """A line for a member's next receipt, in each language; empty `texts` takes it back."""

    notice_id: str
    member_id: str
    texts: Annotated[dict[str, str], Meta(max_length=MAX_LANGUAGES_TOLD)]


_PublicKey = Annotated[bytes, Meta(min_length=PUBLIC_KEY_BYTES, max_length=PUBLIC_KEY_BYTES)]


class TerminalChange(msgspec.Struct, frozen=True, array_like=True, tag="terminal"):
    """A terminal of the chain: its branch, and each of its epochs with the public key that the
    vouchers of that journal are signed with."""

    terminal: str
    branch: str
    public_keys: Annotated[tuple[tuple[int, _PublicKey], ...], Meta(max_length=MAX_JOURNALS_TOLD)]
    branch_name: str = ""


class ProductChange(msgspec.Struct, frozen=True, array_like=True, tag="product"):
    """Goods that a till can scan: `code` is what their barcode says."""

    code: str
    description: str
    price_minor: int


class ProgrammeChange(msgspec.Struct, frozen=True, array_like=True, tag="programme"):
    """The programme document in force, as TOML text."""

    document: str


class UnknownChange(msgspec.Struct, frozen=True, array_like=True, tag="unknown"):
    """A change of a `kind` that this version does not know; it is never sent."""

    kind: str


Change = (
    MemberChange
    | BalanceChange
    | VoucherChange
    | NoticeChange
    | TerminalChange
    | ProductChange
    | ProgrammeChange
    | UnknownChange
)


class SignedHead(msgspec.Struct, frozen=True, array_like=True):
    """Head office's receipt: it held the entry `seq` of a journal, sealed `seal`, after commit."""

    history_id: str
    seq: int
    seal: bytes
    signature: bytes


class Draw(msgspec.Struct, frozen=True, array_like=True):
    """A till asks for rights: to `points` of a member, or to one `voucher`.

    `number` is the till's own count of its requests in this journal; the same number is the same
    request for ever, so one whose answer was lost is sent again and granted once.
    """

    number: int
    member_id: str
    points: int
    voucher: str = ""


class Grant(msgspec.Struct, frozen=True, array_like=True):
    """The final answer to draw `number`: rights to so many points (or 1 for its voucher).

    It may be fewer than were asked, or 0; then head office has asked back what others hold, and a
    later draw may find it. `reason` is empty or why ("held-elsewhere", "recovering", "none").
    """

    number: int
    points: int
    reason: str = ""


class Recall(msgspec.Struct, frozen=True, array_like=True):
    """Head office asks rights back: `points` of a member, or `voucher`; at once if the member is
    not being served, else when they are."""

    member_id: str
    points: int
    voucher: str = ""


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """What a till has not sent yet beyond this frame: entries, and the points (earned less taken)
    and money (sales less returns) in them."""

    entries: int = 0
    points: int = 0
    amount_minor: int = 0


NOTHING_WAITING = Waiting()


class SyncRequest(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A till's side of a round trip.

    `bodies` are entries `first_seq`, `first_seq + 1`, ... of `(terminal, epoch)`; `last_seal` is
    the seal of the last of them (of the head when there is none). `history_id`, `cursor` and
    `mark` say up to which change of which server's history the till has been told, as the last
    reply said them. `printed_notices` are ids of notices that came out on a receipt. `tallies`
    are the till's own sums of the days that changed, each as of the last entry of this frame.

    `count` and `length` are how many bodies there are and their bytes together (since version 2).
    `draws` ask for rights, `lookups` are cards that the till has not heard of, `waiting` says what
    comes in later frames. `receipt` is the last signed head, shown when head office turns out to
    hold less than it once confirmed.
    """

    version: int
    terminal: str
    epoch: int
    first_seq: int
    bodies: Annotated[tuple[bytes, ...], Meta(max_length=MAX_ENTRIES_A_FRAME)]
    last_seal: bytes
    history_id: str
    cursor: int
    sent_at_ms: int
    product_version: str
    printed_notices: Annotated[tuple[str, ...], Meta(max_length=MAX_NOTICES_A_FRAME)] = ()
    tallies: Annotated[tuple[DayTally, ...], Meta(max_length=MAX_TALLIES_A_FRAME)] = ()
    mark: str = ""
    count: int = 0
    length: int = 0
    draws: Annotated[tuple[Draw, ...], Meta(max_length=MAX_DRAWS_A_FRAME)] = ()
    lookups: Annotated[tuple[str, ...], Meta(max_length=MAX_LOOKUPS_A_FRAME)] = ()
    waiting: Waiting = NOTHING_WAITING
    receipt: SignedHead | None = None


class Refused(msgspec.Struct, frozen=True, array_like=True):
    """An entry that head office keeps but does not count, and why."""

    seq: int
    reason: str


class SyncReply(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Head office's side: its head after commit, and what is new since the till's cursor.

    `head_seq` and `head_seal` are of the last entry it holds of this terminal and epoch.
    `mark` is what head office wrote beside the change at `cursor`: a database put back from a
    backup gives the number again, but never the mark. With `from_start` the changes are the feed
    from its first one on, and the till forgets what it was told of balances before.

    `head_signature` is head office's, over `head_words`; `server_key`, told with `from_start`,
    checks it for a till that was enrolled before there was one. `fork_seq` is the first entry
    that differs from what head office holds; 0 is that it lies before this frame.
    """

    version: int
    history_id: str
    outcome: Outcome
    head_seq: int
    head_seal: bytes
    changes: Annotated[tuple[Change, ...], Meta(max_length=MAX_CHANGES_A_FRAME)]
    cursor: int
    more: bool
    server_time_ms: int
    refused: Annotated[tuple[Refused, ...], Meta(max_length=MAX_ENTRIES_A_FRAME)] = ()
    mark: str = ""
    from_start: bool = False
    head_signature: bytes = b""
    grants: Annotated[tuple[Grant, ...], Meta(max_length=MAX_DRAWS_A_FRAME)] = ()
    recalls: Annotated[tuple[Recall, ...], Meta(max_length=MAX_RECALLS_A_FRAME)] = ()
    found: Annotated[tuple[Change, ...], Meta(max_length=MAX_FOUND_A_FRAME)] = ()
    rights_until_ms: int = 0
    fork_seq: int = 0
    server_key: bytes = b""


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A new till shows its one-time code and its public key (JSON)."""

    code: str
    public_key: str
    product_version: str


class EnrolReply(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a till a terminal of the chain; `token` is told this once (JSON).

    `epoch` counts the enrolments of the terminal: each starts a journal of its own.
    `terminal_number` is never given to two tills, so that no two of them mint the same card.
    `server_key` (hexadecimal, 32 bytes) checks head office's signatures.
    """

    terminal: str
    terminal_number: int
    epoch: int
    branch: str
    branch_name: str
    shop: str
    token: str
    timezone: str
    history_id: str
    programme: str
    server_key: str = ""


class EpochRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A till that turned out to be a copy, or to have lost its end, asks for a journal of its own
    (JSON).

    `nonce` names the request for ever; `epoch` is the journal it leaves, `reason` one of "fork",
    "cut-off", "copy".
    """

    nonce: str
    epoch: int
    reason: str
    public_key: str


class EpochReply(msgspec.Struct, frozen=True, kw_only=True):
    """The journal that a till goes on in, with the number its cards are minted under (JSON)."""

    epoch: int
    terminal_number: int


class MemberStanding(msgspec.Struct, frozen=True, array_like=True):
    """A member's balance as head office has it."""

    member_id: str
    points: int
    earned: int
    clawed_back: int
    redeemed: int


class TerminalStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What head office holds of a terminal, and how its own sums differ from the till's."""

    terminal: str
    branch: str
    epoch: int
    entries: int
    sales: int
    returns: int
    points_earned: int
    points_clawed_back: int
    points_redeemed: int
    vouchers_issued: int
    differences: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Head office's side of a reconciliation, told to a terminal that asks (JSON)."""

    history_id: str
    terminals: tuple[TerminalStanding, ...]
    members: tuple[MemberStanding, ...]
    cases: int


_Message = TypeVar("_Message", SyncRequest, SyncReply)
_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_CHANGES = Things(
    (("changes", MAX_CHANGES_A_FRAME), ("found", MAX_FOUND_A_FRAME)), Change, UnknownChange
)


def head_words(history_id: str, terminal: str, epoch: int, seq: int, seal: bytes) -> bytes:
    """What head office signs of a head: no other message of it reads the same."""
    return _encode(("paragon head", history_id, terminal, epoch, seq, seal))


def is_signed_head(head: SignedHead, terminal: str, epoch: int, server_key: bytes) -> bool:
    """Whether `head`, of the journal `(terminal, epoch)`, is head office's word.

    `server_key` is its public key, 32 raw bytes.
    """
    words = head_words(head.history_id, terminal, epoch, head.seq, head.seal)
    try:
        Ed25519PublicKey.from_public_bytes(server_key).verify(head.signature, words)
    except (InvalidSignature, ValueError):
        return False
    return True


def pack(message: SyncRequest | SyncReply) -> bytes:
    """The bytes of `message` for the wire.

    With a compressor of its own each time: two threads that share one garble each other's frames.
    """
    return zstandard.compress(_encode(message), COMPRESSION_LEVEL)


def unpack(packed: bytes, kind: type[_Message]) -> _Message:
    """The message of type `kind` in `packed`.

    Raises FrameInvalid when the bytes are cut off, too large (also when they only unfold to too
    much), or are no such message.
    """
    if len(packed) > MAX_PACKED_BYTES:
        raise FrameInvalid(f"A frame of {len(packed)} bytes is over {MAX_PACKED_BYTES}.")
    try:
        size = zstandard.frame_content_size(packed)
        if not 0 <= size <= MAX_FRAME_BYTES:
            raise FrameInvalid(f"A frame that unfolds to {size} bytes is not taken.")
        raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_FRAME_BYTES)
        message = _decoded(raw, kind)
    except (zstandard.ZstdError, msgspec.MsgspecError, ValueError, RecursionError) as fault:
        # ValueError: text that is no UTF-8.
        raise FrameInvalid(f"Bytes that are no {kind.__name__}: {fault}.") from None
    if isinstance(message, SyncRequest):
        _require_sums(message)
    return message


def _decoded(raw: bytes, kind: type[_Message]) -> _Message:
    try:
        return msgspec.msgpack.decode(raw, type=kind)
    except msgspec.ValidationError:
        if kind is not SyncReply:
            raise
        # A newer head office may tell changes of kinds to come.
        return decode_known(raw, kind, _CHANGES)  # type: ignore[no-any-return]


def _require_sums(request: SyncRequest) -> None:
    if request.version >= WIRE_VERSION and (request.count, request.length) != (
        len(request.bodies),
        sum(map(len, request.bodies)),
    ):
        raise FrameInvalid("A frame holds other entries than it says.")
