"""What members do beside buying, over the agent: a quiz, a survey, what another system reports."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from terminal_app.pos.answers import Refused
from terminal_app.pos.messages import RuleAnswer, ShortText
from terminal_app.till.answers import Activity, Posted, Refusal


class ActivityRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that the member who holds `card` did. `activity` is the reporting system's own
    number for it: the same number is the same activity, however often it is sent. `code` is what
    the programme calls a custom event by."""

    activity: Annotated[str, Meta(min_length=1, max_length=64)]
    card: Annotated[ShortText, Meta(min_length=1)]
    on: Literal["quiz", "survey", "contest", "profile", "custom"]
    code: ShortText = ""
    print_receipt: bool = False


class ActivityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an activity gave: `points` into the main wallet, `given` by the titles of its events in
    the member's language, and `wallets` those beside it by theirs. `repeated` when it was known
    and this is the first answer."""

    activity: str
    repeated: bool
    points: int
    balance: int | None
    given: list[RuleAnswer]
    wallets: list[RuleAnswer]


def activity_in(data: ActivityRequest, member_id: str) -> Activity:
    """The activity that a request reports."""
    return Activity(
        member_id=member_id,
        on=data.on,
        code=data.code,
        reference=data.activity,
        print_receipt=data.print_receipt,
    )


def activity_answer(answer: Posted | Refusal) -> ActivityAnswer:
    """What came of an activity; raises Refused."""
    if isinstance(answer, Refusal):
        raise Refused(answer)
    receipt = answer.receipt
    given = [RuleAnswer(title=one.title, points=one.points) for one in receipt.bonuses]
    beside = [RuleAnswer(title=one.title, points=one.points) for one in receipt.wallets]
    return ActivityAnswer(
        activity=receipt.reference,
        repeated=answer.repeated,
        points=sum(one.points for one in given),
        balance=receipt.balance,
        given=given,
        wallets=[one for one in beside if one.points],
    )
