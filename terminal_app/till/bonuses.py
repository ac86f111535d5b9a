"""What a member is given for what happens to them at the till, beside what the sale earns."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from loyalty.clock import from_epoch_ms
from loyalty.journal import EVENT
from loyalty.members import Member, day_of_birthday
from loyalty.programme.document import Programme
from loyalty.programme.events import (
    Bonus,
    Happened,
    Purchase,
    anniversary,
    bonuses_for,
    counted,
    given,
    happenings_of_purchase,
    has_birthday_on,
)
from loyalty.programme.surprises import surprised
from loyalty.programme.terms.texts import in_language
from loyalty.receipts import RulePoints
from loyalty.sums import EVER, SPEND, SUMS, sum_key
from terminal_app.posting.draft import Draft
from terminal_app.store.settings import Identity
from terminal_app.till.pricing import Priced


def purchase_bonuses(
    programme: Programme, identity: Identity, member: Member, priced: Priced, receipt: str
) -> tuple[Bonus, ...]:
    """What the purchase `receipt` gives `member` beside its award: for its number, for a spend it
    reaches, for a birthday or an anniversary on its day, and by surprise."""
    if not programme.event and not programme.surprise:
        return ()
    at, standing = priced.occasion.at, priced.standing
    purchase = Purchase(
        terminal=identity.terminal,
        receipt=receipt,
        at=at,
        base_minor=priced.award.base_minor,
        branch=identity.branch,
        standing=standing,
    )
    sums = priced.past.sums
    happened = [*happenings_of_purchase(purchase, sums.get(sum_key(SPEND, EVER), 0))]
    if member.birthday and has_birthday_on(day_of_birthday(member.birthday), at.date()):
        happened.append(Happened(on="birthday", at=at, branch=identity.branch, standing=standing))
    joined = from_epoch_ms(member.enrolled_at_ms).astimezone(identity.zone).date()
    if number := anniversary(joined, at.date()):
        happened.append(
            Happened(
                on="anniversary", at=at, branch=identity.branch, standing=standing, number=number
            )
        )
    bonuses = [bonus for one in happened for bonus in bonuses_for(programme, one, sums)]
    return with_points((*bonuses, *surprised(programme, purchase)))


def enrolment_bonuses(programme: Programme, branch: str, at: datetime) -> tuple[Bonus, ...]:
    """What somebody is given for becoming a member."""
    happened = Happened(on="enrolment", at=at, branch=branch)
    return with_points(bonuses_for(programme, happened, {}))


def add_bonuses(
    draft: Draft, programme: Programme, bonuses: Iterable[Bonus], at: datetime
) -> dict[str, int]:
    """Add an entry for each of `bonuses`, in the account of its wallet; gives the points of each
    wallet together."""
    total: Counter[str] = Counter()
    for bonus in bonuses:
        account = programme.account_of(draft.member_id, bonus.wallet)
        payload: dict[str, object] = {"event": bonus.event}
        if sums := counted(programme, (bonus,), at):
            payload[SUMS] = sums
        draft.add(EVENT, points=bonus.points, payload=payload, account=account)
        total[bonus.wallet] += bonus.points
    return dict(total)


def told_bonuses(
    programme: Programme, bonuses: Iterable[Bonus], language: str
) -> tuple[RulePoints, ...]:
    """What those of `bonuses` that are of the main wallet are called, and their points."""
    titles = {event.name: event.title for event in programme.event}
    titles |= {surprise.name: surprise.title for surprise in programme.surprise}
    return tuple(
        RulePoints(in_language(titles[bonus.event], language, bonus.event), bonus.points)
        for bonus in bonuses
        if bonus.wallet == programme.main_wallet
    )


def with_points(bonuses: Iterable[Bonus]) -> tuple[Bonus, ...]:
    """Those of `bonuses` that give points."""
    return tuple(bonus for bonus in given(bonuses) if bonus.points)
