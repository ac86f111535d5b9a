"""What is earned, in words: rules, what multiplies them, what earns nothing."""

from loyalty.programme.terms.earning import EarnRule, Multiplier
from loyalty.programme.terms.goods import Goods, Tender
from loyalty.programme.words.conditions import caps, conditions
from loyalty.programme.words.speech import Section, Speech, joined
from loyalty.wording import phrase

_NO_NEW_MONEY: dict[Tender, str] = {
    "voucher": phrase("vouchers"),
    "gift_card": phrase("gift cards"),
    "deposit": phrase("deposits"),
}
_TOGETHER = {
    "best": phrase("When several multipliers apply, the largest one alone counts."),
    "add": phrase("When several multipliers apply, what each adds is added: 1.5 and 2 make 2.5."),
    "multiply": phrase(
        "When several multipliers apply, they are multiplied with each other: 1.5 and 2 make 3."
    ),
}


def earning(speech: Speech) -> Section:
    """What each rule gives, for what and when."""
    programme = speech.programme
    told = [rule(speech, one) for one in programme.rules]
    if told:
        told.append(
            speech.text(
                "Only full steps count, and fractions are dropped. What several rules earn on one "
                "receipt is added up."
            )
        )
    return Section("earning", speech.text("Earning"), tuple(told))


def rule(speech: Speech, one: EarnRule) -> str:
    """One earning rule with all its conditions."""
    return joined(
        speech.text("{rule}: {rate}.", rule=speech.rule(one.name), rate=rate(speech, one)),
        into(speech, one.wallet),
        only_for(speech, one.goods),
        at_least(speech, one),
        conditions(speech, one.when),
        caps(speech, one.cap, one.wallet),
        speech.text("What earned here counts for no later rule of the same wallet.")
        if one.stop
        else "",
    )


def rate(speech: Speech, one: EarnRule) -> str:
    """What a rule gives for what, such as "1 point for each full €1.00"."""
    if one.percent:
        return speech.text("{percent} of the amount", percent=speech.percent(one.percent))
    points = speech.gain(one.points, one.wallet)
    if one.per:
        return speech.text(
            "{points} for each full {amount}", points=points, amount=speech.sum(one.per)
        )
    if one.each == "visit":
        return speech.text("{points} once a receipt", points=points)
    every = speech.number(one.every)
    if one.each == "line":
        if one.every == 1:
            return speech.text("{points} for each line of the receipt", points=points)
        return speech.text(
            "{points} for every {number} lines of the receipt", points=points, number=every
        )
    if one.every == 1:
        return speech.text("{points} for each unit", points=points)
    return speech.text("{points} for every {number} units", points=points, number=every)


def into(speech: Speech, wallet: str) -> str:
    """Where it goes, when that is not the main wallet."""
    if wallet in ("", speech.programme.main_wallet):
        return ""
    return speech.text("It goes to: {wallet}.", wallet=speech.wallet(wallet))


def only_for(speech: Speech, goods: tuple[str, ...]) -> str:
    """Which goods it is for, when not for all."""
    return speech.text("Only for: {goods}.", goods=speech.goods(goods)) if goods else ""


def at_least(speech: Speech, one: EarnRule) -> str:
    """How much its goods must come to, when anything is asked."""
    if not one.at_least:
        return ""
    return speech.text(
        "Only when what counts comes to at least {amount}.", amount=speech.sum(one.at_least)
    )


def multipliers(speech: Speech) -> Section:
    """What multiplies what is earned, and what several multipliers come to."""
    programme = speech.programme
    told = [_multiplier(speech, one) for one in programme.multiply]
    if told:
        told.append(speech.text(_TOGETHER[programme.stacking.multipliers]))
        told.append(speech.text("What a rule earned is multiplied and rounded down once."))
    return Section("multipliers", speech.text("Multipliers"), tuple(told))


def _multiplier(speech: Speech, one: Multiplier) -> str:
    name, times = speech.multiplier(one.name), speech.decimal(one.times)
    if one.rules:
        rules = ", ".join(speech.rule(name) for name in one.rules)
        said = speech.text(
            "{multiplier}: × {times} for: {rules}.", multiplier=name, times=times, rules=rules
        )
    else:
        said = speech.text(
            "{multiplier}: × {times} for all that is earned.", multiplier=name, times=times
        )
    return joined(said, conditions(speech, one.when))


def excluded(speech: Speech) -> Section:
    """What earns nothing."""
    programme = speech.programme
    told = []
    if programme.excluded.goods:
        goods = speech.goods(programme.excluded.goods)
        told.append(
            speech.text(
                "These goods earn nothing, get no discount and count for no tier: {goods}.",
                goods=goods,
            )
        )
    if programme.excluded.tenders:
        tenders = ", ".join(
            _tender(speech, one) for one in dict.fromkeys(programme.excluded.tenders)
        )
        told.append(
            speech.text("Nothing is earned on what is paid with: {tenders}.", tenders=tenders)
        )
    if not programme.stacking.discount_earns:
        told.append(speech.text("A receipt with a discount of this programme earns nothing."))
    elif programme.discount and programme.rules:
        told.append(speech.text("A receipt with a discount earns on what is left to pay."))
    return Section("excluded", speech.text("What earns nothing"), tuple(told))


def _tender(speech: Speech, tender: Tender) -> str:
    return speech.wallet("") if tender == "points" else speech.text(_NO_NEW_MONEY[tender])


def groups(speech: Speech) -> Section:
    """Which goods are meant by the names of groups."""
    told = [_group(speech, name, group) for name, group in speech.programme.goods.items()]
    return Section("goods", speech.text("Groups of goods"), tuple(told))


def _group(speech: Speech, name: str, group: Goods) -> str:
    parts = []
    if group.items:
        parts.append(speech.text("articles: {list}", list=", ".join(group.items)))
    if group.starts_with:
        starts = ", ".join(group.starts_with)
        parts.append(speech.text("article numbers that begin with: {list}", list=starts))
    if group.categories:
        parts.append(speech.text("categories: {list}", list=", ".join(group.categories)))
    if group.tags:
        parts.append(speech.text("marked: {list}", list=", ".join(group.tags)))
    return speech.text(
        "{group} ({parts}).", group=speech.called(group.title, name), parts="; ".join(parts)
    )
