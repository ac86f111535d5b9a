"""G4 and G7: chains hold from the first entry, both sides hold the same, nothing waits."""

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests.simulation.evidence import Row, first_seal, opened, till_terminal
from tests.simulation.witness import Breach

Journal = tuple[str, int]


def audit_chains(
    connection: sqlite3.Connection,
    chain: list[Row],
    journals: Mapping[str, list[Row]],
    tills: Mapping[str, str],
) -> Iterator[Breach]:
    """What is wrong with a journal at either side, or differs between the two."""
    office = _by_journal(chain)
    for journal, rows in office.items():
        yield from _chain("head office", journal, rows)
    yield from _heads(connection, office)
    for name, rows in journals.items():
        own = _by_journal(rows)
        for journal, kept in own.items():
            yield from _chain(name, journal, kept)
        with opened(Path(tills[name])) as till:
            yield from _till(name, till, own, office)


def _by_journal(rows: list[Row]) -> dict[Journal, list[Row]]:
    journals: dict[Journal, list[Row]] = defaultdict(list)
    for row in rows:
        journals[row.terminal, row.epoch].append(row)
    return journals


def _chain(where: str, journal: Journal, rows: list[Row]) -> Iterator[Breach]:
    seal = first_seal(*journal)
    recorded_ms = 0
    for place, row in enumerate(rows, 1):
        seal = hashlib.sha256(seal + row.body).digest()
        if row.seq != place:
            yield Breach("G4", f"{where}: {journal} has entry {row.seq} in place {place}")
            return
        if row.seal != seal:
            yield Breach("G4", f"{where}: {journal} breaks at entry {row.seq}")
            return
        fields = row.fields
        if fields and (fields.terminal, fields.epoch, fields.seq) != (*journal, row.seq):
            yield Breach("G4", f"{where}: {journal} entry {row.seq} is another's")
        if fields and not fields.is_salvaged:
            if fields.recorded_at_ms < recorded_ms:
                yield Breach("G4", f"{where}: {journal} entry {row.seq} goes back in time")
            recorded_ms = fields.recorded_at_ms


def _heads(connection: sqlite3.Connection, office: Mapping[Journal, list[Row]]) -> Iterator[Breach]:
    (secret,) = connection.execute(
        "SELECT value FROM settings WHERE key = 'server_key'"
    ).fetchone() or ("",)
    public = _public_half(secret or "00" * 32)
    heads = {
        (terminal, epoch): (seq, bytes(seal), bytes(signature), history)
        for terminal, epoch, seq, seal, signature, history in connection.execute(
            "SELECT terminal, epoch, seq, seal, CAST(signature AS BLOB), history_id FROM heads"
        )
    }
    for journal, rows in office.items():
        head = heads.get(journal)
        if head is None or head[:2] != (rows[-1].seq, rows[-1].seal):
            yield Breach("G4", f"head office's head of {journal} is not its last entry")
    for journal, (seq, seal, signature, history) in heads.items():
        if not _is_signed(public, history, journal, seq, seal, signature):
            yield Breach("G4", f"head office's signature over {journal} is none")


def _public_half(secret: str) -> Ed25519PublicKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).public_key()


def _is_signed(
    public: Ed25519PublicKey, history: str, journal: Journal, seq: int, seal: bytes, by: bytes
) -> bool:
    words = msgspec.msgpack.encode(("paragon head", history, *journal, seq, seal))
    try:
        public.verify(by, words)
    except InvalidSignature:
        return False
    return True


def _till(
    name: str,
    till: sqlite3.Connection,
    own: Mapping[Journal, list[Row]],
    office: Mapping[Journal, list[Row]],
) -> Iterator[Breach]:
    journal = till_terminal(till)
    here = [(row.seq, row.body) for row in own.get(journal, [])]
    there = [(row.seq, row.body) for row in office.get(journal, [])]
    if here != there:
        yield Breach(
            "G7", f"{name}: {journal} has {len(here)} entries, head office holds {len(there)}"
        )
    for epoch, seq, seal in till.execute("SELECT epoch, seq, seal FROM heads"):
        rows = own.get((journal[0], epoch), [])
        if seq and (not rows or (rows[-1].seq, rows[-1].seal) != (seq, bytes(seal))):
            yield Breach("G4", f"{name}: the anchor of epoch {epoch} is not its last entry")
