"""Bad tries at the login: after a few, the door stays shut for a while.

Counted per name and address together, so that nobody locks the owner out from elsewhere, and per
address over all names, so that one place cannot go through the names. Kept in memory: a restart
forgives, and guessing still needs longer than a password of ours lasts.
"""

from collections import OrderedDict
from datetime import datetime, timedelta

from loyalty.clock import Clock

MAX_BAD_TRIES = 5
MAX_BAD_TRIES_AN_ADDRESS = 30
SHUT_FOR = timedelta(minutes=15)
MAX_REMEMBERED = 10_000
"""Doors remembered at once; beyond it the one longest unused is forgotten."""

Door = tuple[str, ...]


class Lockout:
    """Which doors are shut, and how many bad tries each has seen."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: OrderedDict[Door, tuple[int, datetime]] = OrderedDict()

    def begin_try(self, name: str, address: str) -> bool:
        """Count a try of `name` as a bad one until `good_try` says otherwise; False at a shut door.

        Counted beforehand, because a password takes a while to check: tries that overlap would
        otherwise all find the door open.
        """
        if self.is_shut(name, address):
            return False
        self.bad_try(name, address)
        return True

    def is_shut(self, name: str, address: str) -> bool:
        """Whether `name` may not try from `address` now."""
        return any(self._bad_tries(door) >= limit for door, limit in _doors(name, address))

    def bad_try(self, name: str, address: str) -> None:
        """Count a wrong password; each one starts the wait again."""
        for door, _limit in _doors(name, address):
            tries = self._bad_tries(door) + 1
            self._tries[door] = (tries, self._clock())
            self._tries.move_to_end(door)
        while len(self._tries) > MAX_REMEMBERED:
            self._tries.popitem(last=False)

    def good_try(self, name: str, address: str) -> None:
        """Forget the bad tries of a name that has just signed in from `address`.

        Those of the address go down by the one try that was good.
        """
        self._tries.pop((name.casefold(), address), None)
        tries, last = self._tries.get((address,), (0, self._clock()))
        if tries > 1:
            self._tries[address,] = (tries - 1, last)
        else:
            self._tries.pop((address,), None)

    def _bad_tries(self, door: Door) -> int:
        tries, last = self._tries.get(door, (0, self._clock()))
        return tries if self._clock() - last < SHUT_FOR else 0


def _doors(name: str, address: str) -> tuple[tuple[Door, int], ...]:
    return (
        ((name.casefold(), address), MAX_BAD_TRIES),
        ((address,), MAX_BAD_TRIES_AN_ADDRESS),
    )
