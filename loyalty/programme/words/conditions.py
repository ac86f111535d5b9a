"""When a rule applies, in words: one sentence for each thing that must hold."""

from collections.abc import Callable

from loyalty.programme.occasions import WhyNot
from loyalty.programme.terms.conditions import WEEKDAYS, Cap, When
from loyalty.programme.words.speech import Speech


def conditions(speech: Speech, when: When) -> list[str]:
    """All that `when` asks for, a sentence each; nothing when it always holds."""
    return [said for reason in _CONDITIONS if (said := condition(speech, when, reason))]


def condition(speech: Speech, when: When, reason: WhyNot) -> str:
    """The sentence of `when` that `reason` speaks of; empty when it asks for nothing there."""
    return _CONDITIONS[reason](speech, when)


def caps(speech: Speech, cap: Cap, wallet: str) -> list[str]:
    """The limits of `cap` on what goes into `wallet`, a sentence each."""
    said = []
    if cap.receipt is not None:
        most = speech.gain(cap.receipt, wallet)
        said.append(speech.text("At most {most} on one receipt.", most=most))
    if cap.day is not None:
        most = speech.gain(cap.day, wallet)
        said.append(speech.text("At most {most} in one day.", most=most))
    if cap.month is not None:
        most = speech.gain(cap.month, wallet)
        said.append(speech.text("At most {most} in one calendar month.", most=most))
    return said


def _weekdays(speech: Speech, when: When) -> str:
    names = ", ".join(speech.weekday(WEEKDAYS.index(day)) for day in when.weekdays)
    return speech.text("Only on: {days}.", days=names) if names else ""


def _hours(speech: Speech, when: When) -> str:
    hours = speech.listed([speech.hours(span) for span in when.hours])
    return speech.text("Only {hours}.", hours=hours) if hours else ""


def _dates(speech: Speech, when: When) -> str:
    said = []
    first, last = (speech.one_day(day) if day else "" for day in (when.first, when.until))
    if first and last:
        said.append(speech.text("Only from {first} until {last}.", first=first, last=last))
    elif first:
        said.append(speech.text("Only from {first} on.", first=first))
    elif last:
        said.append(speech.text("Only until {last}, that day included.", last=last))
    if when.dates:
        said.append(speech.text("Only on the days: {days}.", days=speech.days(when.dates)))
    return " ".join(said)


def _branches(speech: Speech, when: When) -> str:
    names = ", ".join(when.branches)
    return speech.text("Only in the branches: {branches}.", branches=names) if names else ""


def _tiers(speech: Speech, when: When) -> str:
    names = ", ".join(speech.tier(name) for name in when.tiers)
    return speech.text("Only with the tier: {tiers}.", tiers=names) if names else ""


def _segments(speech: Speech, when: When) -> str:
    names = ", ".join(name.replace("_", " ") for name in when.segments)
    return speech.text("Only for members of the group: {groups}.", groups=names) if names else ""


def _birthday(speech: Speech, when: When) -> str:
    if when.birthday == "day":
        return speech.text("Only on the member's birthday.")
    if when.birthday == "month":
        return speech.text("Only in the month of the member's birthday.")
    return ""


def _visit(speech: Speech, when: When) -> str:
    said = []
    if when.visit:
        number = speech.number(when.visit)
        said.append(speech.text("Only with purchase number {number}.", number=number))
    if when.every_visit:
        said.append(
            speech.plural(
                "Only once in {count} purchase.",
                "Only once in {count} purchases.",
                when.every_visit,
            )
        )
    return " ".join(said)


_CONDITIONS: dict[WhyNot, Callable[[Speech, When], str]] = {
    WhyNot.WEEKDAY: _weekdays,
    WhyNot.HOUR: _hours,
    WhyNot.DATE: _dates,
    WhyNot.BRANCH: _branches,
    WhyNot.TIER: _tiers,
    WhyNot.SEGMENT: _segments,
    WhyNot.BIRTHDAY: _birthday,
    WhyNot.VISIT: _visit,
}
