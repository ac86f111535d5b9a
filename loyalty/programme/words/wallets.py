"""What members collect and with whom, in words: wallets, expiry, transfers, families."""

from loyalty.programme.terms.conditions import NO_CAP
from loyalty.programme.terms.wallets import NEVER, Expiry, Wallet
from loyalty.programme.words.conditions import caps
from loyalty.programme.words.speech import Section, Speech, joined
from loyalty.wording import phrase

_KINDS = {"points": phrase("points"), "stamps": phrase("stamps"), "money": phrase("money")}
_TO = {
    "nobody": phrase("What was collected cannot be handed on to other members."),
    "family": phrase("What was collected can be handed on within a family."),
    "anybody": phrase("What was collected can be handed on to any member."),
}


def collecting(speech: Speech) -> Section:
    """Each wallet: what is in it, when it may be spent and when it is gone."""
    wallets = speech.programme.wallets
    told = [_wallet(speech, name, wallet) for name, wallet in wallets.items()]
    if not wallets and speech.programme.rules:
        main = speech.programme.main_wallet
        told.append(_wallet(speech, main, speech.programme.wallet()))
    if len(wallets) > 1:
        told.append(
            speech.text(
                "The main wallet is: {wallet}. Vouchers and part-payment are of it.",
                wallet=speech.wallet(""),
            )
        )
    return Section("collecting", speech.text("What is collected"), tuple(told))


def _wallet(speech: Speech, name: str, wallet: Wallet) -> str:
    pending = (
        speech.plural(
            "What a purchase earns may be spent {count} day later.",
            "What a purchase earns may be spent {count} days later.",
            wallet.pending_days,
        )
        if wallet.pending_days
        else speech.text("What a purchase earns may be spent at once.")
    )
    capped = [speech.text("For all rules together:"), *caps(speech, wallet.cap, name)]
    return joined(
        _kind(speech, name, wallet),
        pending,
        _expiry(speech, wallet.expiry),
        _warning(speech, wallet),
        capped if wallet.cap != NO_CAP else "",
    )


def _kind(speech: Speech, name: str, wallet: Wallet) -> str:
    called, kind = speech.wallet(name), speech.text(_KINDS[wallet.kind])
    if called.casefold() == kind.casefold():
        return f"{called}."
    return speech.text("{wallet}: {kind}.", wallet=called, kind=kind)


def _expiry(speech: Speech, expiry: Expiry) -> str:
    if expiry.days:
        return speech.plural(
            "It is gone {count} day after it was earned, at the end of that day.",
            "It is gone {count} days after it was earned, at the end of that day.",
            expiry.days,
        )
    if expiry.inactive_days:
        return speech.plural(
            "All is gone when a member has bought nothing for {count} day.",
            "All is gone when a member has bought nothing for {count} days.",
            expiry.inactive_days,
        )
    if not expiry.on:
        return speech.text("It is never gone.")
    day = speech.one_day(expiry.on)
    if not expiry.years:
        return speech.text("It is gone at the end of the next {day}.", day=day)
    return speech.plural(
        "It is gone at the end of the first {day} once {count} full year is over.",
        "It is gone at the end of the first {day} once {count} full years are over.",
        expiry.years,
        day=day,
    )


def _warning(speech: Speech, wallet: Wallet) -> str:
    if wallet.expiry == NEVER:
        return ""
    return joined(
        speech.text("The oldest is spent first."),
        speech.plural(
            "Members are told {count} day ahead.",
            "Members are told {count} days ahead.",
            wallet.warn_days,
        ),
    )


def sharing(speech: Speech) -> Section:
    """Who may hand on what was collected, and who collects together."""
    programme = speech.programme
    transfers, family = programme.transfers, programme.family
    if not (programme.rules or programme.event or family):
        return Section("sharing", "", ())
    least, most = "", ""
    if transfers.to != "nobody":
        least = speech.text("At least {points} at a time.", points=speech.gain(transfers.least))
        if transfers.a_month is not None:
            most = speech.text(
                "Each member can give {points} a month at most.",
                points=speech.gain(transfers.a_month),
            )
    told = [joined(speech.text(_TO[transfers.to]), least, most)]
    if family:
        together = speech.plural(
            "Up to {count} member collects on one family account.",
            "Up to {count} members collect on one family account.",
            family.members,
        )
        spends = (
            speech.text("Any of them may spend from it.")
            if family.spend == "anyone"
            else speech.text("Only its owner may spend from it.")
        )
        told.append(joined(together, spends))
    return Section("sharing", speech.text("Families and handing on"), tuple(told))
