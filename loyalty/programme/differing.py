"""What two programmes say differently, key by key: read before one takes the other's place."""

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache

import msgspec
from msgspec import NODEFAULT

from loyalty.programme.terms.programme import Programme

MAIN_WALLET = "the main wallet"
_NAMING = ("name", "at")
"""What tells the elements of a list of tables apart; steps of a discount have no names."""


class Change(StrEnum):
    """What became of a key."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    """The same elements stand in another order: the first of two rules with `stop` wins."""


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """`key` was `was` and is `now`, both as the document writes them; empty where it is not
    there."""

    key: str
    change: Change
    was: str = ""
    now: str = ""

    def __str__(self) -> str:
        match self.change:
            case Change.ADDED:
                return f"{self.key} is added: {self.now}"
            case Change.REMOVED:
                return f"{self.key} is removed; it was {self.was}"
            case Change.CHANGED:
                return f"{self.key} changes from {self.was} to {self.now}"
        return f"{self.key} stand in another order: {self.now}; it was {self.was}"


def differences(old: Programme, new: Programme) -> tuple[Difference, ...]:
    """All that `new` says otherwise than `old`, in the order of the document's reference.

    What stands in a list of tables is told apart by its name, so a rule that moves is no rule
    removed and another added. Keys that are left out have their default, and writing the default
    down is no difference.
    """
    found = list(_compared("", old, new))
    if old.main_wallet != new.main_wallet:
        found.append(_changed(MAIN_WALLET, old.main_wallet, new.main_wallet))
    return tuple(found)


def written(value: object) -> str:
    """`value` as TOML has it on one line, without what a table has by default."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case msgspec.Struct():
            defaults = _defaults(type(value))
            return _table(
                {
                    name: one
                    for name, one in _table_of(value).items()
                    if name not in defaults or one != defaults[name]
                }
            )
        case Mapping():
            return _table(value)
        case tuple():
            return f"[{', '.join(written(one) for one in value)}]"
    return str(value)


def _compared(key: str, old: object, new: object) -> Iterator[Difference]:
    if isinstance(old, msgspec.Struct) and isinstance(new, msgspec.Struct):
        yield from _tables(key, _table_of(old), _table_of(new), ".{}" if key else "{}")
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _tables(key, old, new, ".{}")
    elif isinstance(old, tuple) and isinstance(new, tuple) and _naming((*old, *new)):
        yield from _lists(key, old, new)
    elif old != new:
        yield _changed(key, old, new)


def _tables(
    key: str, old: Mapping[str, object], new: Mapping[str, object], joined: str
) -> Iterator[Difference]:
    for name in [*old, *(name for name in new if name not in old)]:
        below = key + joined.format(name)
        if name not in new:
            yield _changed(below, old[name], None)
        elif name not in old:
            yield _changed(below, None, new[name])
        else:
            yield from _compared(below, old[name], new[name])


def _lists(key: str, old: tuple[object, ...], new: tuple[object, ...]) -> Iterator[Difference]:
    by = _naming((*old, *new))
    were, are = ({str(getattr(one, by)): one for one in many} for many in (old, new))
    yield from _tables(key, were, are, ' "{}"')
    stood = [name for name in were if name in are]
    stand = [name for name in are if name in were]
    if stood != stand:
        yield Difference(key, Change.MOVED, ", ".join(stood), ", ".join(stand))


def _changed(key: str, old: object, new: object) -> Difference:
    if _is_unsaid(old):
        return Difference(key, Change.ADDED, now=written(new))
    if _is_unsaid(new):
        return Difference(key, Change.REMOVED, was=written(old))
    return Difference(key, Change.CHANGED, written(old), written(new))


def _naming(many: tuple[object, ...]) -> str:
    """The key that tells the tables of a list apart; empty where they are no tables."""
    return next((key for key in _NAMING if many and all(hasattr(one, key) for one in many)), "")


def _is_unsaid(value: object) -> bool:
    return value is None or value in ("", (), {})


def _table(said: Mapping[str, object]) -> str:
    keys = [f"{name} = {written(one)}" for name, one in said.items()]
    return f"{{ {', '.join(keys)} }}" if keys else "{}"


def _table_of(struct: msgspec.Struct) -> dict[str, object]:
    """The keys of a table, as the document calls them."""
    return {
        field.encode_name: getattr(struct, field.name) for field in msgspec.structs.fields(struct)
    }


@cache
def _defaults(kind: type[msgspec.Struct]) -> dict[str, object]:
    """What the keys of a table are when they are left out; without those that must be said."""
    return {
        field.encode_name: field.default if field.default is not NODEFAULT else {}
        for field in msgspec.structs.fields(kind)
        if not field.required
    }
