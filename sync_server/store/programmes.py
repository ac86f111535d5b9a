"""Programme documents: every version that was published, by the label that entries carry."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, Text, bindparam, cast, literal, select, update

from loyalty.programme.document import Programme, load_programme
from loyalty.wire import ProgrammeVersion, version_words
from sync_server.errors import NotPublished, UnknownSubject
from sync_server.store.feed import PROGRAMME as PROGRAMME_TOPIC
from sync_server.store.feed import PROGRAMME_IN_FORCE, tell
from sync_server.store.publishable import (
    Version,
    require_branches,
    require_near,
    require_next,
    require_order,
)
from sync_server.store.server_key import server_key
from sync_server.store.settings import OFFICE, PROGRAMME, read_setting, write_setting
from sync_server.store.statements import inserting
from sync_server.store.tables import branches, entries, heads, programmes

MAX_LABEL_VERSION_DIGITS = 9


def find_document(connection: Connection, label: str) -> str | None:
    """The document labelled `label` ("classic@1"); None when none of that label stands here."""
    version = find_version(connection, label)
    return None if version is None else version.document


def find_version(connection: Connection, label: str) -> Version | None:
    """The version labelled `label`; None when it was never published here, or was taken back."""
    version = _find(connection, label)
    return None if version is None or version.withdrawn_at_ms is not None else version


def find_programme(connection: Connection, label: str) -> Programme | None:
    """The programme labelled `label`; None when none of that label stands here."""
    document = find_document(connection, label)
    return None if document is None else load_programme(document, label)


def versions(connection: Connection) -> Sequence[Version]:
    """Every version that was not taken back, in the order they start in."""
    return [one for one in every_version(connection) if one.withdrawn_at_ms is None]


def every_version(connection: Connection) -> Sequence[Version]:
    """Every version that was ever published, in the order they start in or would have."""
    order = (programmes.c.starts_at_ms, programmes.c.published_at_ms, programmes.c.version)
    return [_version(row) for row in connection.execute(_VERSIONS.order_by(*order))]


def document_in_force(connection: Connection) -> str:
    """The document that awards are made under now."""
    return find_document(connection, read_setting(connection, PROGRAMME)) or ""


def latest_used(connection: Connection) -> dict[str, str]:
    """The label that each terminal's latest entry names, by terminal."""
    return {row.terminal: row.programme for row in connection.execute(_LATEST_USED)}


def put_in_force(connection: Connection, document: str, now_ms: int) -> Programme:
    """Publish `document`, in force from now on; inside a writing transaction.

    Raises as `publish` does.
    """
    programme = publish(connection, document, now_ms, now_ms)
    bring_into_force(connection, now_ms)
    return programme


def publish(connection: Connection, document: str, starts_at_ms: int, now_ms: int) -> Programme:
    """Publish `document`, signed, and tell the tills; inside a writing transaction.

    It is in force from `starts_at_ms` on, once `bring_into_force` was asked. The same document
    again is the same version, with a new start while it has not started, also when it was taken
    back.

    Raises ProgrammeInvalid when it cannot be loaded, NotPublished when it is in another currency,
    not the next version, starts too far ahead or out of turn, names a branch that the chain has
    not, or when its label is taken by another text: what a receipt promised under a label stays
    what it was.
    """
    programme = load_programme(document)
    kept = _find(connection, programme.label)
    if kept is not None and kept.document != document:
        raise NotPublished(
            f"Programme {programme.label} was published with another text"
            f"{'' if kept.withdrawn_at_ms is None else ' and taken back; tills may hold it'}.",
            "Give the changed document a higher version.",
        )
    stands = kept is not None and kept.withdrawn_at_ms is None
    if stands and kept is not None and kept.starts_at_ms <= now_ms:
        return programme
    require_near(starts_at_ms, now_ms)
    if not stands:
        require_next(programme, versions(connection))
    require_order(programme, starts_at_ms, versions(connection))
    require_branches(programme, connection.execute(_BRANCHES).scalars().all())
    words = version_words(programme.label, document, starts_at_ms)
    signature = server_key(connection).sign(words)
    connection.execute(
        inserting(connection, programmes)
        .values(
            name=programme.name,
            version=programme.version,
            document=document,
            published_at_ms=now_ms,
            starts_at_ms=starts_at_ms,
            signature=signature,
        )
        .on_conflict_do_update(
            index_elements=["version", "name"],
            set_={
                "starts_at_ms": starts_at_ms,
                "signature": signature,
                "withdrawn_at_ms": None,
            },
        )
    )
    tell(connection, PROGRAMME_TOPIC, [programme.label])
    return programme


def started_before(connection: Connection, document: str, now_ms: int) -> int | None:
    """When `document` started, where it is a version that did by `now_ms`: it cannot be given
    another start. Raises ProgrammeInvalid when it cannot be loaded."""
    kept = find_version(connection, load_programme(document).label)
    if kept is None or kept.document != document or kept.starts_at_ms > now_ms:
        return None
    return kept.starts_at_ms


def withdraw(connection: Connection, label: str, now_ms: int) -> None:
    """Take back a version that has not started; inside a writing transaction.

    It stays in the books: tills may hold its text, so its label is never given to another one.

    Raises UnknownSubject when there is none, NotPublished when it has started: then a version
    after it puts things right.
    """
    version = find_version(connection, label)
    if version is None:
        raise UnknownSubject(f"No programme {label!r} was published here.")
    if version.starts_at_ms <= now_ms:
        raise NotPublished(
            f"Programme {label} has started; receipts may have been promised under it.",
            "Publish a version after it.",
        )
    name, _, number = label.rpartition("@")
    connection.execute(
        update(programmes)
        .where(programmes.c.name == name, programmes.c.version == int(number))
        .values(withdrawn_at_ms=now_ms)
    )
    tell(connection, PROGRAMME_TOPIC, [label])


def is_one_due(connection: Connection, now_ms: int) -> bool:
    """Whether another version than the one in force has started by `now_ms`."""
    label = read_setting(connection, PROGRAMME)
    started = connection.execute(_STARTED, {"now_ms": now_ms}).scalar()
    return started is not None and started != label


def bring_into_force(connection: Connection, now_ms: int) -> str:
    """Have the version that has started by `now_ms` in force, and give its label.

    Inside a writing transaction. Tills know by themselves when a version starts; those of a
    product that does not are told the document now.
    """
    if is_one_due(connection, now_ms):
        started: str = connection.execute(_STARTED, {"now_ms": now_ms}).scalar_one()
        write_setting(connection, PROGRAMME, started)
        tell(connection, PROGRAMME_TOPIC, [PROGRAMME_IN_FORCE])
    return read_setting(connection, PROGRAMME)


def told_version(connection: Connection, label: str) -> ProgrammeVersion:
    """What the tills are told of version `label`: that it was taken back, where it does not stand.

    Books of a time that did not sign are signed now.
    """
    version = find_version(connection, label)
    document, starts_at_ms = (version.document, version.starts_at_ms) if version else ("", 0)
    signature = version.signature if version else None
    if not signature:
        signature = server_key(connection).sign(version_words(label, document, starts_at_ms))
    return ProgrammeVersion(label, document, starts_at_ms, signature)


def _find(connection: Connection, label: str) -> Version | None:
    """The version labelled `label`, also one that was taken back."""
    name, _, version = label.rpartition("@")
    if not (version.isascii() and version.isdigit() and len(version) <= MAX_LABEL_VERSION_DIGITS):
        return None
    row = connection.execute(
        _VERSIONS.where(programmes.c.name == name, programmes.c.version == int(version))
    ).first()
    return None if row is None else _version(row)


def _version(row: Row[str, str, int, int, bytes | None, int | None]) -> Version:
    return Version(*row)


VERSION_LABEL = (programmes.c.name + literal("@") + cast(programmes.c.version, Text)).label("label")
_VERSIONS = select(
    VERSION_LABEL,
    programmes.c.document,
    programmes.c.published_at_ms,
    programmes.c.starts_at_ms,
    programmes.c.signature,
    programmes.c.withdrawn_at_ms,
)
_BRANCHES = select(branches.c.branch).where(branches.c.branch != OFFICE)
_STARTED = (
    select(VERSION_LABEL)
    .where(programmes.c.starts_at_ms <= bindparam("now_ms"), programmes.c.withdrawn_at_ms.is_(None))
    .order_by(
        programmes.c.starts_at_ms.desc(),
        programmes.c.published_at_ms.desc(),
        programmes.c.version.desc(),
    )
    .limit(1)
)
_LATEST_USED = (
    select(entries.c.terminal, entries.c.programme)
    .join(
        heads,
        (heads.c.terminal == entries.c.terminal)
        & (heads.c.epoch == entries.c.epoch)
        & (heads.c.seq == entries.c.seq),
    )
    .order_by(entries.c.epoch)
)
