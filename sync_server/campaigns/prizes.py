"""The line that a member who has won in a lottery reads on the next receipt."""

from functools import cache
from importlib import resources

import msgspec

from loyalty.members import LANGUAGES
from loyalty.programme.document import Programme
from loyalty.programme.terms.happenings import Lottery
from loyalty.programme.terms.texts import in_language
from sync_server.campaigns.welcome import MAX_NOTICE_CHARACTERS
from sync_server.campaigns.wording import filled, one_line

MAX_TITLE_CHARACTERS = 40


def prize_notice(
    programme: Programme, lottery: Lottery, ticket: str, *, has_points: bool
) -> dict[str, str]:
    """What who holds the winning `ticket` reads, in every language."""
    reward = next((one for one in programme.rewards if one.name == lottery.reward), None)

    def told(language: str) -> str:
        facts = {
            "lottery": _short(in_language(lottery.title, language, lottery.name)),
            "ticket": ticket,
            "reward": _short(in_language(reward.title, language, reward.name)) if reward else "",
            "points": has_points,
        }
        return one_line(filled(_templates()[language], language, facts), MAX_NOTICE_CHARACTERS)

    return {language: told(language) for language in LANGUAGES}


def _short(title: str) -> str:
    return one_line(title, MAX_TITLE_CHARACTERS)


@cache
def _templates() -> dict[str, str]:
    file = resources.files("sync_server.campaigns").joinpath("templates", "prize.toml")
    return msgspec.toml.decode(file.read_text("utf-8"), type=dict[str, str])
