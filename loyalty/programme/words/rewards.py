"""What points are for, in words: vouchers, the catalogue, part-payment, gift cards."""

from loyalty.programme.terms.rewards import CatalogueReward, GiftCards, Payment, Reward
from loyalty.programme.words.conditions import conditions
from loyalty.programme.words.earning import only_for
from loyalty.programme.words.speech import Section, Speech, joined
from loyalty.wording import phrase

_THINGS = {
    "gift": phrase("It is a gift."),
    "code": phrase("It is a code to use elsewhere."),
    "event": phrase("It is a place at an event."),
}


def rewards(speech: Speech) -> Section:
    """All that members can have for what they collected."""
    programme = speech.programme
    told = []
    if programme.reward:
        told.append(_voucher(speech, programme.reward))
    told.extend(_from_catalogue(speech, one) for one in programme.rewards)
    terms = programme.vouchers
    if terms.at_least:
        told.append(
            speech.text(
                "A voucher is taken for a purchase of at least {amount}.",
                amount=speech.sum(terms.at_least),
            )
        )
    if terms.branches:
        told.append(
            speech.text(
                "Vouchers are taken in the branches: {branches}.",
                branches=", ".join(terms.branches),
            )
        )
    if programme.pay:
        told.append(_payment(speech, programme.pay))
    if programme.gift_cards:
        told.append(_gift_cards(speech, programme.gift_cards))
    return Section("rewards", speech.text("What it is good for"), tuple(told))


def _voucher(speech: Speech, reward: Reward) -> str:
    return joined(
        speech.text(
            "At {points} a voucher of {amount} comes out by itself, and they are used up.",
            points=speech.gain(reward.at_points),
            amount=speech.sum(reward.voucher),
        ),
        _valid(speech, reward.valid_days),
    )


def _valid(speech: Speech, valid_days: int) -> str:
    return speech.plural(
        "The voucher can be used for {count} day.",
        "The voucher can be used for {count} days.",
        valid_days,
    )


def _from_catalogue(speech: Speech, reward: CatalogueReward) -> str:
    costs = speech.text(
        "{reward}: for {points}.",
        reward=speech.called(reward.title, reward.name),
        points=speech.gain(reward.cost, reward.wallet),
    )
    wallet = ""
    if reward.wallet not in ("", speech.programme.main_wallet):
        wallet = speech.text("It is paid from: {wallet}.", wallet=speech.wallet(reward.wallet))
    automatic = (
        speech.text("It comes out by itself as soon as there is enough, and may be used at once.")
        if reward.automatic
        else ""
    )
    handed = (
        speech.text("It is handed out at the till.")
        if reward.handed == "at_till"
        else speech.text("It is ordered, and handed out later.")
    )
    return joined(
        costs,
        wallet,
        given_by(speech, reward),
        automatic,
        handed,
        _valid(speech, reward.valid_days),
        _limits(speech, reward),
        conditions(speech, reward.when),
    )


def given_by(speech: Speech, reward: CatalogueReward) -> str:
    """What comes out of a reward of the catalogue."""
    if reward.gives in _THINGS:
        return speech.text(_THINGS[reward.gives])
    percent = speech.percent(reward.percent) if reward.percent else ""
    amount = speech.sum(reward.amount) if reward.amount else ""
    if reward.gives == "money_off":
        return speech.text("It takes {amount} off a purchase.", amount=amount)
    if reward.gives == "percent_off":
        most = speech.text("It takes off {amount} at most.", amount=amount) if amount else ""
        return joined(speech.text("It takes {percent} off a purchase.", percent=percent), most)
    if reward.gives == "free_goods":
        said = speech.text("One unit is free.")
    else:
        said = speech.text("One unit is {percent} cheaper.", percent=percent)
    return joined(said, only_for(speech, reward.goods))


def _limits(speech: Speech, reward: CatalogueReward) -> list[str]:
    said = []
    if reward.stock is not None:
        stock = speech.number(reward.stock)
        said.append(speech.text("Number there are: {number}.", number=stock))
    if reward.a_member is not None:
        said.append(
            speech.plural(
                "One member can have it {count} time at most.",
                "One member can have it {count} times at most.",
                reward.a_member,
            )
        )
    if reward.worth:
        said.append(speech.text("It costs the shop {amount}.", amount=speech.sum(reward.worth)))
    return said


def _payment(speech: Speech, pay: Payment) -> str:
    points, amount = speech.gain(pay.points), speech.sum(pay.worth)
    if points == amount:
        rate = speech.text("It pays for a part of a purchase.")
    else:
        rate = speech.text(
            "It pays for a part of a purchase: {points} for {amount}.", points=points, amount=amount
        )
    return joined(
        rate,
        speech.text("From {points} on.", points=speech.gain(pay.least)),
        speech.text("At most {percent} of what is to pay.", percent=speech.percent(pay.percent)),
    )


def _gift_cards(speech: Speech, cards: GiftCards) -> str:
    return joined(
        speech.text(
            "Gift cards are sold for {least} to {most}.",
            least=speech.sum(cards.least),
            most=speech.sum(cards.most),
        ),
        speech.plural(
            "A gift card is good for {count} day.",
            "A gift card is good for {count} days.",
            cards.valid_days,
        ),
    )
