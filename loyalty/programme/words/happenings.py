"""What is given beside purchases, in words: events, surprises, lotteries."""

from loyalty.programme.terms.happenings import Event, Happening, Lottery, Surprise
from loyalty.programme.words.conditions import conditions
from loyalty.programme.words.earning import into
from loyalty.programme.words.speech import Section, Speech, joined
from loyalty.wording import phrase

_ON: dict[Happening, str] = {
    "enrolment": phrase("For joining."),
    "birthday": phrase("For the member's birthday, once a year."),
    "anniversary": phrase("For each anniversary of joining."),
    "visit": phrase("With each purchase."),
    "milestone": phrase("When {amount} have been spent in all."),
    "referral": phrase("For bringing a friend along, after the friend's first purchase."),
    "quiz": phrase("For answering a quiz."),
    "survey": phrase("For taking part in a survey."),
    "contest": phrase("For taking part in a contest."),
    "profile": phrase("For filling in one's details."),
    "custom": phrase("When another system reports “{code}”."),
}
_ON_NUMBER: dict[Happening, str] = {
    "anniversary": phrase("For anniversary number {number} of joining."),
    "visit": phrase("With purchase number {number}."),
}


def happenings(speech: Speech) -> Section:
    """What members are given for what they do, and what luck gives."""
    programme = speech.programme
    told = [
        *(_event(speech, event) for event in programme.event),
        *(_surprise(speech, surprise) for surprise in programme.surprise),
        *(_lottery(speech, lottery) for lottery in programme.lottery),
    ]
    return Section("happenings", speech.text("On occasions"), tuple(told))


def _event(speech: Speech, event: Event) -> str:
    friend = ""
    if event.friend_points:
        points = speech.gain(event.friend_points, event.wallet)
        friend = speech.text("The friend gets {points}.", points=points)
    return joined(
        _given(speech, speech.called(event.title, event.name), event),
        _occasion(speech, event),
        friend,
        into(speech, event.wallet),
        _at_least(speech, event.at_least),
        _limits(speech, event),
        conditions(speech, event.when),
    )


def _given(speech: Speech, name: str, one: Event | Surprise) -> str:
    """What is given: points, a reward, or both; nothing where a friend alone gets something."""
    given = [speech.gain(one.points, one.wallet)] if one.points else []
    if one.reward:
        given.append(speech.reward(one.reward))
    if not given:
        return f"{name}."
    return speech.text("{name}: {given}.", name=name, given=speech.listed(given))


def _occasion(speech: Speech, event: Event) -> str:
    if event.at and event.on in _ON_NUMBER:
        return speech.text(_ON_NUMBER[event.on], number=speech.number(int(event.at)))
    amount = speech.sum(event.at) if event.on == "milestone" else ""
    return speech.text(_ON[event.on], amount=amount, code=event.code)


def _at_least(speech: Speech, amount: str) -> str:
    if not amount:
        return ""
    return speech.text("Only for a purchase of at least {amount}.", amount=speech.sum(amount))


def _limits(speech: Speech, event: Event) -> list[str]:
    said = []
    if event.a_member is not None:
        said.append(
            speech.plural(
                "One member can have it {count} time at most.",
                "One member can have it {count} times at most.",
                event.a_member,
            )
        )
    if event.a_year is not None:
        said.append(
            speech.plural(
                "{count} time a year at most.", "{count} times a year at most.", event.a_year
            )
        )
    return said


def _surprise(speech: Speech, surprise: Surprise) -> str:
    """One surprise without its seed: who knows it can find the sales that will be chosen."""
    return joined(
        _given(speech, speech.called(surprise.title, surprise.name), surprise),
        speech.text(
            "One purchase in {number} gets it.", number=speech.number(surprise.in_how_many)
        ),
        speech.text(
            "The purchase's own number and a secret seed say which; head office can check it."
        ),
        into(speech, surprise.wallet),
        _at_least(speech, surprise.at_least),
        conditions(speech, surprise.when),
    )


def _lottery(speech: Speech, lottery: Lottery) -> str:
    return joined(
        speech.text(
            "{lottery}: a ticket for each full {amount} of a receipt, from {first} until {last}.",
            lottery=speech.called(lottery.title, lottery.name),
            amount=speech.sum(lottery.ticket_per),
            first=speech.one_day(lottery.first),
            last=speech.one_day(lottery.until),
        ),
        _drawn(speech, lottery),
        speech.text(
            "The draw's secret has the SHA-256 {commitment}; once told, anybody can draw again.",
            commitment=lottery.commitment,
        ),
    )


def _drawn(speech: Speech, lottery: Lottery) -> str:
    """How many win what; a prize of the shop's own is not in the catalogue, and told by its
    title."""
    if not lottery.reward:
        return speech.plural(
            "{count} member is drawn.", "{count} members are drawn.", lottery.winners
        )
    return speech.plural(
        "{count} member is drawn, and gets: {reward}.",
        "{count} members are drawn, and get: {reward}.",
        lottery.winners,
        reward=speech.reward(lottery.reward),
    )
