"""How a till becomes a terminal of the chain, or goes on in another journal (JSON)."""

import msgspec

from loyalty.bounds import Count


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
    terminal_number: Count
    epoch: Count
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
    epoch: Count
    reason: str
    public_key: str


class EpochReply(msgspec.Struct, frozen=True, kw_only=True):
    """The journal that a till goes on in, with the number its cards are minted under (JSON)."""

    epoch: Count
    terminal_number: Count
