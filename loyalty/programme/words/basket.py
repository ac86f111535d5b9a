"""What one basket earns, in words: the award of the till, rule by rule."""

from loyalty.programme.occasions import Award, Occasion
from loyalty.programme.terms.programme import Programme
from loyalty.programme.words.speech import Section, Speech, joined
from loyalty.programme.words.why import why_in


def award_told(programme: Programme, occasion: Occasion, award: Award, language: str) -> Section:
    """`award`, which `occasion` earned under `programme`: what each rule made of it, what is taken
    off, and what it comes to."""
    speech = Speech(programme, language)
    basket = speech.minor(occasion.basket.total_minor)
    at = occasion.at
    title = speech.text(
        "A basket of {amount} on {weekday}, {day}, at {time}",
        amount=basket,
        weekday=speech.weekday(at.weekday()),
        day=speech.calendar_day(at.date()),
        time=speech.clock(at.hour, at.minute),
    )
    told = [why_in(speech, outcome) for outcome in award.outcomes]
    if award.discounts_minor:
        told.append(
            joined(
                speech.text("Taken off: {amount}.", amount=speech.minor(award.discount_minor)),
                speech.text(
                    "Left to pay: {amount}.",
                    amount=speech.minor(occasion.basket.total_minor - award.discount_minor),
                ),
            )
        )
    elif programme.discount:
        told.append(speech.text("Nothing is taken off."))
    if programme.rules:
        gains = [speech.gain(points, wallet) for wallet, points in _gained(programme, award)]
        told.append(speech.text("In all: {points}.", points=speech.listed(gains)))
    return Section("basket", title, tuple(told))


def _gained(programme: Programme, award: Award) -> list[tuple[str, int]]:
    """What came into each wallet; of wallets that got nothing the main one alone is told."""
    return [
        (wallet, points)
        for wallet, points in award.wallets.items()
        if points or wallet == programme.main_wallet
    ]
