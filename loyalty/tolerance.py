"""Reading what a newer version says: things of a kind that is not known here are passed over.

A message holds lists of things, each one tagged with its kind. One strange kind must not make the
whole message unreadable, or an update of one side would stop the other.
"""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, get_args

import msgspec


class Things(msgspec.Struct, frozen=True):
    """Lists of tagged things in a message: `most` are the names of their fields, each with how
    many it may hold; `known` is the union of kinds; `stand_in` makes one for a kind beyond it."""

    most: tuple[tuple[str, int], ...]
    known: Any
    stand_in: Callable[[str], object]


class _Tagged(msgspec.Struct, frozen=True, array_like=True):
    kind: str


def decode_known(raw: bytes, kind: type[msgspec.Struct], things: Things) -> Any:
    """The message of type `kind` in the MessagePack `raw`, with stand-ins for unknown things.

    Raises msgspec.MsgspecError when it is no such message, or a thing of a known kind is broken.
    """
    message = msgspec.structs.asdict(msgspec.msgpack.decode(raw, type=_loose(kind, things.most)))
    for name, _ in things.most:
        message[name] = tuple(_thing(one, things) for one in message[name])
    return kind(**message)


def _thing(raw: msgspec.Raw, things: Things) -> object:
    kind = msgspec.msgpack.decode(raw, type=_Tagged).kind
    if kind not in {known.__struct_config__.tag for known in get_args(things.known)}:
        return things.stand_in(kind)
    return msgspec.msgpack.decode(raw, type=things.known)


@cache
def _loose(kind: type[msgspec.Struct], most: tuple[tuple[str, int], ...]) -> Any:
    """`kind` with the lists of things left unread."""
    unread: dict[str, Any] = {
        name: Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=limit)]
        for name, limit in most
    }
    fields: list[Any] = [
        (field.name, unread.get(field.name, field.type))
        if field.required
        else (field.name, unread.get(field.name, field.type), field.default)
        for field in msgspec.structs.fields(kind)
    ]
    return msgspec.defstruct(f"Loose{kind.__name__}", fields, array_like=True, kw_only=True)
