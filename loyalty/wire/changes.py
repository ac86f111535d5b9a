"""What head office tells the tills, each change as the thing stands now."""

from typing import Annotated

import msgspec
from msgspec import Meta

from loyalty.baskets import MAX_TAGS
from loyalty.bounds import AmountMinor, Count, MomentMs, Sum
from loyalty.members import Member
from loyalty.sums import MAX_KEY_CHARACTERS, MAX_SUMS_A_MEMBER
from loyalty.wire.limits import (
    MAX_HOLDERS_TOLD,
    MAX_JOURNALS_TOLD,
    MAX_LANGUAGES_TOLD,
    PUBLIC_KEY_BYTES,
)


class MemberChange(msgspec.Struct, frozen=True, array_like=True, tag="member"):
    """A member is new or has new facts."""

    member: Member


class Holder(msgspec.Struct, frozen=True, array_like=True):
    """A terminal that holds rights to `points` of a member."""

    terminal: str
    points: Sum


class BalanceChange(msgspec.Struct, frozen=True, array_like=True, tag="balance"):
    """Points of `member` from all terminals but the one that is told: earned, clawed back,
    redeemed and their sum.

    `pool` is what head office has the rights to and may grant; `holders` are the other terminals
    that have the most, the largest first, at most MAX_HOLDERS_TOLD.
    """

    member_id: str
    points: Sum
    earned: Sum
    clawed_back: Sum
    redeemed: Sum
    pool: Sum = 0
    holders: Annotated[tuple[Holder, ...], Meta(max_length=MAX_HOLDERS_TOLD)] = ()


_SumKey = Annotated[str, Meta(max_length=MAX_KEY_CHARACTERS)]


class SumsChange(msgspec.Struct, frozen=True, array_like=True, tag="sums"):
    """What all terminals but the one that is told counted of `member_id` over time, by key
    (`loyalty.sums`), as far as it may still be consulted."""

    member_id: str
    sums: Annotated[dict[_SumKey, Sum], Meta(max_length=MAX_SUMS_A_MEMBER)]


class VoucherChange(msgspec.Struct, frozen=True, array_like=True, tag="voucher"):
    """A voucher was issued or redeemed somewhere, or the right to it moved.

    `held_by` is the journal that may take it offline ("T1.2": terminal, epoch), empty while the
    right lies at head office.
    """

    number: str
    member_id: str
    amount_minor: AmountMinor
    currency: str
    expires_at_ms: MomentMs
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
    public_keys: Annotated[tuple[tuple[Count, _PublicKey], ...], Meta(max_length=MAX_JOURNALS_TOLD)]
    branch_name: str = ""


class ProductChange(msgspec.Struct, frozen=True, array_like=True, tag="product"):
    """Goods that a till can scan: `code` is what their barcode says; by `category` and `tags` a
    programme may name them."""

    code: str
    description: str
    price_minor: AmountMinor
    category: str = ""
    tags: Annotated[tuple[str, ...], Meta(max_length=MAX_TAGS)] = ()


class ProgrammeChange(msgspec.Struct, frozen=True, array_like=True, tag="programme"):
    """The programme document in force, as TOML text."""

    document: str


class ProgrammeVersion(msgspec.Struct, frozen=True, array_like=True, tag="programme-version"):
    """One version of the programme, in force from `starts_at_ms` until a later one starts.

    An empty document takes back the version `label`, which has not started. `signature` is head
    office's, over `version_words`.
    """

    label: str
    document: str
    starts_at_ms: MomentMs
    signature: bytes


class UnknownChange(msgspec.Struct, frozen=True, array_like=True, tag="unknown"):
    """A change of a `kind` that this version does not know; it is never sent."""

    kind: str


Change = (
    MemberChange
    | BalanceChange
    | SumsChange
    | VoucherChange
    | NoticeChange
    | TerminalChange
    | ProductChange
    | ProgrammeChange
    | ProgrammeVersion
    | UnknownChange
)
