"""Making someone a member, with the line up or down."""

import sqlite3

import msgspec

from loyalty.clock import from_epoch_ms
from loyalty.identifiers import is_card_number, minted_card
from loyalty.journal import ENROL
from loyalty.members import LANGUAGES, MAX_FACT_CHARACTERS, Member, read_birthday
from loyalty.programme.document import Programme
from loyalty.sums import SUMS
from terminal_app.posting.draft import Draft
from terminal_app.store import journal, members, settings
from terminal_app.store.settings import Identity
from terminal_app.till.answers import Enrolment, Reason, Refusal
from terminal_app.till.bonuses import add_bonuses, enrolment_bonuses
from terminal_app.till.referring import referred_by


def enrol(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    enrolment: Enrolment,
    now_ms: int,
) -> Member | Refusal:
    """Post an enrolment; the same card with the same name again is the member it made.

    A till whose journal is suspended takes a card that is handed in and mints none.
    """
    name = _one_line(enrolment.name)
    if not name:
        return Refusal(Reason.NAME_MISSING)
    if any(len(text) > MAX_FACT_CHARACTERS for text in (name, enrolment.phone, enrolment.email)):
        return Refusal(Reason.TEXT_TOO_LONG, {"limit": str(MAX_FACT_CHARACTERS)})
    if enrolment.card and not is_card_number(enrolment.card):
        return Refusal(Reason.DAMAGED_CARD)
    birthday = read_birthday(enrolment.birthday)
    if enrolment.birthday.strip() and not birthday:
        return Refusal(Reason.BIRTHDAY_INVALID, {"birthday": _one_line(enrolment.birthday)})
    if enrolment.language not in LANGUAGES:
        raise ValueError(f"no such language: {enrolment.language!r}")
    if enrolment.card:
        holder = members.member_by_card(connection, enrolment.card)
        if holder is not None:
            taken = Refusal(Reason.CARD_TAKEN, {"card": enrolment.card})
            return holder if holder.name == name else taken
    elif settings.read_suspension(connection):
        # A number is made of the place in the journal, and a copy of it has the same place.
        return Refusal(Reason.CARD_NOT_MINTED)
    head = journal.head(connection, identity.terminal, identity.epoch)
    card = enrolment.card or minted_card(identity.terminal_number, head.seq + 1)
    brought = referred_by(connection, enrolment.referred_by.replace(" ", ""), card)
    if isinstance(brought, Refusal):
        return brought
    at_ms = now_ms if enrolment.occurred_at_ms is None else enrolment.occurred_at_ms
    member = _member(identity, enrolment, card, birthday, at_ms)
    draft = Draft(
        connection,
        identity,
        receipt=None,
        programme=programme.label,
        member_id=member.member_id,
        occurred_at_ms=at_ms,
        recorded_at_ms=now_ms,
    )
    draft.add(ENROL, payload=msgspec.to_builtins(member) | ({SUMS: brought} if brought else {}))
    at = from_epoch_ms(at_ms).astimezone(identity.zone)
    add_bonuses(draft, programme, enrolment_bonuses(programme, identity.branch, at), at)
    members.put_member(connection, member)
    draft.post()
    return member


def _member(
    identity: Identity, enrolment: Enrolment, card: str, birthday: str, at_ms: int
) -> Member:
    """Who has `card` from now on."""
    email = _one_line(enrolment.email)
    return Member(
        member_id=card,
        card=card,
        name=_one_line(enrolment.name),
        phone=_one_line(enrolment.phone),
        email=email,
        email_consent=enrolment.email_consent and bool(email),
        language=enrolment.language,
        branch=identity.branch,
        enrolled_at_ms=at_ms,
        birthday=birthday,
    )


def _one_line(text: str) -> str:
    """`text` as one line of letters that can be shown: no control characters, single blanks."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())
