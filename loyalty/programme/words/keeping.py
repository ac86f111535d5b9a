"""What holds when goods come back and when the line is down, in words."""

from loyalty.programme.words.speech import Section, Speech, joined
from loyalty.wording import phrase

_WITHOUT_RECEIPT = {
    "as_sold_now": phrase("Without their receipt they take back what they would earn now."),
    "nothing": phrase("Without their receipt they take nothing back."),
}
_DEBT = {
    "owes": phrase("What was spent already is owed, and worked off by the next purchases."),
    "forgiven": phrase("What was spent already is forgiven."),
}
_VOUCHERS = {
    "kept": phrase("Vouchers that came out with the purchase are kept."),
    "revoked": phrase(
        "Unused vouchers that came out with the purchase are revoked when their points are owed."
    ),
}
_OFFLINE_VOUCHERS = {
    "held": phrase("With the line down a voucher is taken where the right to it is held."),
    "anywhere": phrase("With the line down a voucher is taken anywhere, on its signature alone."),
}


def returns(speech: Speech) -> Section:
    """What goods brought back do."""
    programme, terms = speech.programme, speech.programme.returns
    told = [
        speech.text("Goods brought back with their receipt take back exactly what they earned."),
        speech.text(_WITHOUT_RECEIPT[terms.without_receipt]),
    ]
    if programme.rules:
        told.append(speech.text(_DEBT[terms.debt]))
    if programme.reward or programme.rewards:
        told.append(speech.text(_VOUCHERS[terms.vouchers]))
    return Section("returns", speech.text("Returns"), tuple(told))


def offline(speech: Speech) -> Section:
    """What goes on with the line down, and what a till may give out then."""
    programme = speech.programme
    told = [speech.text("With the line down purchases count as they do with it.")]
    if programme.reward or programme.rewards or programme.pay:
        told.append(_given_out(speech))
        told.append(speech.text(_OFFLINE_VOUCHERS[programme.offline.vouchers]))
    return Section("offline", speech.text("With the line down"), tuple(told))


def _given_out(speech: Speech) -> str:
    """How much a till may give out on its own, and for how long."""
    kept_points, terms = speech.programme.kept_points, speech.programme.offline
    overdraft = ""
    if terms.overdraft:
        overdraft = speech.text(
            "It may give out {points} more to each member: the most that the shop can lose by it.",
            points=speech.gain(terms.overdraft),
        )
    elif not kept_points:
        return speech.text("With the line down no till gives out what was collected.")
    lasting = speech.plural(
        "It may do so for {count} day after it last heard head office.",
        "It may do so for {count} days after it last heard head office.",
        terms.days,
    )
    taken_back = (
        speech.plural(
            "Head office gives this to other tills {count} day later.",
            "Head office gives this to other tills {count} days later.",
            terms.grace_days,
        )
        if terms.grace_days
        else speech.text("Head office then gives this to other tills at once.")
    )
    kept = speech.text(
        "Each till of a member's home branch can then give out {points} of theirs.",
        points=speech.gain(kept_points),
    )
    return joined(kept, overdraft, lasting, taken_back)
