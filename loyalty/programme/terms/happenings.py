"""What is given for what members do beside buying, and what luck gives."""

from typing import Literal

import msgspec

from loyalty.programme.terms.conditions import ALWAYS, When
from loyalty.programme.terms.texts import ShopText

Happening = Literal[
    "enrolment",
    "birthday",
    "anniversary",
    "visit",
    "milestone",
    "referral",
    "quiz",
    "survey",
    "contest",
    "profile",
    "custom",
]


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is given `on` a happening: `points` into `wallet` (left out: the main one), the
    catalogue's `reward`, or both.

    `at` is which visit or anniversary (left out: each), or the spend that makes a milestone
    ("1000.00"). A referral pays `points` to who brought the friend, and `friend_points` to the
    friend, both after the friend's first purchase of `at_least`. `a_member` is how often one
    member can have it, `a_year` how often in one calendar year. Whatever is said, a birthday and
    an anniversary come once a year; an enrolment, a milestone, and the visit or anniversary that
    `at` names once for all time. `custom` events carry their `code`, by which another system
    names them. `title` is what members read.
    """

    name: str
    title: ShopText = ""
    on: Happening
    points: int = 0
    friend_points: int = 0
    wallet: str = ""
    reward: str = ""
    at: str = ""
    at_least: str = ""
    code: str = ""
    a_member: int | None = None
    a_year: int | None = None
    when: When = ALWAYS


class Surprise(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A gift that nobody expects: to one sale `in_how_many`, chosen by the sale's own number and
    the `seed`, so that head office finds the same ones. `points` or the catalogue's `reward`.
    `title` is what members read."""

    name: str
    title: ShopText = ""
    in_how_many: int
    seed: str
    points: int = 0
    wallet: str = ""
    reward: str = ""
    at_least: str = ""
    when: When = ALWAYS


class Lottery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A draw: a ticket for each full `ticket_per` of a receipt, from the day `first` to `until`;
    `winners` of the catalogue's `reward`, each member once.

    `commitment` is the SHA-256 of the secret that the draw is made with, published before the
    first ticket: with the secret told afterwards, anybody can draw again and finds the same
    winners.
    """

    name: str
    title: ShopText = ""
    ticket_per: str
    first: str
    until: str
    winners: int = 1
    reward: str = ""
    commitment: str
