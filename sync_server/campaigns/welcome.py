"""The welcome campaign: after a first purchase a letter, and a line on the next receipt."""

import msgspec

from loyalty.members import LANGUAGES
from loyalty.programme.document import Programme
from sync_server.campaigns.wording import filled, money, one_line, paragraphs, spoken, wording

CAMPAIGN = "welcome"
MAX_NOTICE_CHARACTERS = 200
MAX_SHOP_CHARACTERS = 60


class Letter(msgspec.Struct, frozen=True):
    """A letter as it is kept until it is sent: `body` is plain text in paragraphs."""

    language: str
    subject: str
    body: str


class Greeted(msgspec.Struct, frozen=True):
    """Who is welcomed, by which shop, under which programme."""

    name: str
    language: str
    balance: int
    shop: str
    programme: Programme


def welcome_letter(greeted: Greeted) -> Letter:
    """The e-mail in the member's language."""
    language = spoken(greeted.language)
    words = wording(CAMPAIGN)[language]
    facts = _facts(greeted, language)
    body = "\n\n".join(paragraphs(filled(words.body, language, facts)))
    return Letter(language, one_line(filled(words.subject, language, facts), 150), body)


def welcome_notice(greeted: Greeted) -> dict[str, str]:
    """The line for the next receipt in every language: the till prints the one it speaks."""
    return {
        language: one_line(
            filled(wording(CAMPAIGN)[language].notice, language, _facts(greeted, language)),
            MAX_NOTICE_CHARACTERS,
        )
        for language in LANGUAGES
    }


def _facts(greeted: Greeted, language: str) -> dict[str, str | int]:
    programme = greeted.programme
    reward = programme.reward
    return {
        "name": one_line(greeted.name),
        "shop": one_line(greeted.shop, MAX_SHOP_CHARACTERS),
        "balance": greeted.balance,
        "at_points": reward.at_points if reward else 0,
        "voucher": money(programme.minor(reward.voucher), programme.currency, language)
        if reward
        else "",
    }
