"""Programme documents: every one that was in force, by the label that entries carry."""

from sqlalchemy import Connection, select

from loyalty.programme.document import Programme, load_programme
from sync_server.errors import AlreadyFounded
from sync_server.store.feed import PROGRAMME as PROGRAMME_TOPIC
from sync_server.store.feed import PROGRAMME_IN_FORCE, tell
from sync_server.store.settings import PROGRAMME, read_setting, write_setting
from sync_server.store.statements import inserting
from sync_server.store.tables import programmes

MAX_LABEL_VERSION_DIGITS = 9


def find_document(connection: Connection, label: str) -> str | None:
    """The document labelled `label` ("classic@1"); None when it never was in force here."""
    name, _, version = label.rpartition("@")
    if not (version.isascii() and version.isdigit() and len(version) <= MAX_LABEL_VERSION_DIGITS):
        return None
    return connection.execute(
        select(programmes.c.document).where(
            programmes.c.name == name, programmes.c.version == int(version)
        )
    ).scalar()


def find_programme(connection: Connection, label: str) -> Programme | None:
    """The programme labelled `label`; None when it never was in force here."""
    document = find_document(connection, label)
    return None if document is None else load_programme(document, label)


def document_in_force(connection: Connection) -> str:
    """The document that awards are made under now."""
    return find_document(connection, read_setting(connection, PROGRAMME)) or ""


def put_in_force(connection: Connection, document: str, now_ms: int) -> Programme:
    """Put `document` in force and tell the tills; inside a writing transaction.

    Raises ProgrammeInvalid when it cannot be loaded, AlreadyFounded when its label is taken by
    another text: what a receipt promised under a label stays what it was.
    """
    programme = load_programme(document)
    kept = find_document(connection, programme.label)
    if kept is not None and kept != document:
        raise AlreadyFounded(
            f"Programme {programme.label} was in force with another text.",
            "Give the changed document a higher version.",
        )
    connection.execute(
        inserting(connection, programmes)
        .values(
            name=programme.name,
            version=programme.version,
            document=document,
            published_at_ms=now_ms,
        )
        .on_conflict_do_nothing()
    )
    write_setting(connection, PROGRAMME, programme.label)
    tell(connection, PROGRAMME_TOPIC, [PROGRAMME_IN_FORCE])
    return programme
