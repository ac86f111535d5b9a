"""Who a member is: the facts that tills and head office share."""

import msgspec

from loyalty.bounds import MomentMs

LANGUAGES = ("en", "pl", "ru")
DEFAULT_LANGUAGE = "en"
MAX_FACT_CHARACTERS = 200
"""Of a name, a phone number or an address; far under what head office takes."""


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person with a card.

    `member_id` is the number of the first card and never changes; `card` is the one in use now.
    Texts are as the member gave them and are not to be trusted on paper, in HTML or in files.
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
