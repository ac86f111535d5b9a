"""Who a member is: the facts that tills and head office share."""

import re
from datetime import date

import msgspec

from loyalty.bounds import MomentMs

LANGUAGES = ("en", "pl", "ru")
DEFAULT_LANGUAGE = "en"
MAX_FACT_CHARACTERS = 200
"""Of a name, a phone number or an address; far under what head office takes."""

MAX_SEGMENTS = 20
MAX_SEGMENT_CHARACTERS = 60


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person with a card.

    `member_id` is the number of the first card and never changes; `card` is the one in use now.
    Texts are as the member gave them and are not to be trusted on paper, in HTML or in files.
    `birthday` is a day with its year or without ("1990-02-28", "02-29"), empty when it was not
    told. `segments` are the groups that head office counts the member to. `family` is the
    member_id of the owner of the family account that they collect on, the owner's their own; empty
    for who collects alone.
    """

    member_id: str
    card: str
    name: str = ""
    phone: str = ""
    email: str = ""
    email_consent: bool = False
    language: str = DEFAULT_LANGUAGE
    branch: str = ""
    enrolled_at_ms: MomentMs = 0
    birthday: str = ""
    segments: tuple[str, ...] = ()
    family: str = ""

    @property
    def account(self) -> str:
        """The account that the member collects on: their family's, or their own."""
        return self.family or self.member_id


LEAP_YEAR = 2000
_BY_DAY = re.compile(r"([0-9]{1,2})[./]([0-9]{1,2})(?:[./]([0-9]{4}))?[.]?")


def is_birthday(text: str) -> bool:
    """Whether `text` is a day that somebody can be born on, "1990-02-28" or "02-28"."""
    written = f"{LEAP_YEAR}-{text}" if len(text) == len("02-28") else text
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


def read_birthday(text: str) -> str:
    """The birthday that a person wrote, "28.02.1990", "28/2" or as `is_birthday` has it; empty
    when it is none."""
    written = text.strip()
    by_day = _BY_DAY.fullmatch(written)
    if by_day:
        day, month, year = by_day.groups()
        written = f"{year}-" * bool(year) + f"{int(month):02}-{int(day):02}"
    return written if is_birthday(written) else ""


def day_of_birthday(birthday: str) -> str:
    """Month and day of a birthday, "02-28"; empty for none."""
    return birthday[-len("02-28") :]
