"""A TOML tree held against the terms of a programme: every key that is no such term, is missing,
or holds something of another kind."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from msgspec import inspect

from loyalty.programme.faults import Findings, listed, nearest, shown
from loyalty.programme.places import KeyPath

_UNREADABLE = object()
MAX_KEYS_NAMED = 40


def readable(tree: Mapping[str, Any], whole: inspect.StructType, findings: Findings) -> Any:
    """`tree` with what cannot be read left out, or blank where it must be said.

    What comes back fits `whole` always, so that it can be judged further; `findings` has what is
    wrong with it.
    """
    return _Walk(whole, findings).struct(dict(tree), whole, ())


class _Walk:
    def __init__(self, whole: inspect.StructType, findings: Findings) -> None:
        self._top = {field.encode_name for field in whole.fields}
        self._findings = findings

    def struct(
        self, table: dict[str, Any], kind: inspect.StructType, path: KeyPath
    ) -> dict[str, Any]:
        fields = {field.encode_name: field for field in kind.fields}
        meant = self._unknown_keys(table, list(fields), path)
        read: dict[str, Any] = {}
        for name, field in fields.items():
            here = (*path, name)
            if name not in table:
                if field.required:
                    read[name] = _blank(field.type)
                    if name in meant:
                        self._findings.take_for_unreadable(here)
                    else:
                        self._findings.cannot_read(here, "is missing", _wanted(field.type))
                continue
            value = self._value(table[name], field.type, here)
            if value is not _UNREADABLE:
                read[name] = value
            elif field.required:
                read[name] = _blank(field.type)
        return read

    def _unknown_keys(self, table: dict[str, Any], known: list[str], path: KeyPath) -> set[str]:
        """Tell the keys that are no terms; the ones that they were probably meant to be."""
        meant = set()
        for key in table:
            if key in known:
                continue
            unsaid = [name for name in known if name not in table]
            near = "" if self._findings.are_many else nearest(key, unsaid)
            if near:
                meant.add(near)
                self._findings.take_for_unreadable((*path, near))
                allowed = f"did you mean {shown(near)}?"
            elif path and key in self._top:
                allowed = "it is a key of the whole document; write it above the first [table]"
            else:
                allowed = f"known here are {', '.join(sorted(known)[:MAX_KEYS_NAMED])}"
            self._findings.cannot_read((*path, key), "is no key of a programme", allowed)
        return meant

    def _value(self, value: Any, kind: inspect.Type, path: KeyPath) -> Any:
        kind = _chosen(kind, value)
        match kind, value:
            case inspect.StructType(), dict():
                return self.struct(value, kind, path)
            case inspect.VarTupleType(), list():
                return [
                    self._element(item, kind.item_type, (*path, place))
                    for place, item in enumerate(value)
                ]
            case inspect.DictType(), dict():
                return {
                    name: self._element(item, kind.value_type, (*path, name))
                    for name, item in value.items()
                }
        if _fits(value, kind):
            return value
        self._findings.cannot_read(path, f"is {shown(value)}", _wanted(kind, value))
        return _UNREADABLE

    def _element(self, value: Any, kind: inspect.Type, path: KeyPath) -> Any:
        """An element keeps its place also where it cannot be read, so that the others do."""
        read = self._value(value, kind, path)
        return _blank(kind) if read is _UNREADABLE else read


def _chosen(kind: inspect.Type, value: object) -> inspect.Type:
    """Of the kinds that a key may have, the one that `value` is meant as; TOML has no null."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    kinds = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
    tables = [one for one in kinds if isinstance(one, inspect.DictType)]
    return tables[0] if tables and isinstance(value, dict) else kinds[0]


def _fits(value: object, kind: inspect.Type) -> bool:
    match kind:
        case inspect.StrType():
            return isinstance(value, str)
        case inspect.IntType():
            return type(value) is int
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.LiteralType():
            return isinstance(value, str) and value in kind.values
    return False


def _blank(kind: inspect.Type) -> Any:
    """Something of `kind` that stands where the document has nothing that can be read."""
    match kind:
        case inspect.StructType():
            return {
                field.encode_name: _blank(field.type) for field in kind.fields if field.required
            }
        case inspect.VarTupleType():
            return []
        case inspect.IntType():
            return 0
        case inspect.LiteralType():
            return kind.values[0]
    return ""


def _wanted(kind: inspect.Type, value: object = None) -> str:
    """What a key of `kind` may hold, in words; a number in `value` is shown in quotes."""
    kind = _chosen(kind, value)
    match kind:
        case inspect.IntType():
            return "a whole number, without quotes"
        case inspect.BoolType():
            return "true or false, without quotes"
        case inspect.LiteralType():
            return f"one of {listed(str(name) for name in kind.values if name)}"
        case inspect.StructType() | inspect.DictType():
            return "a table"
        case inspect.VarTupleType():
            return 'a list in brackets, such as ["a", "b"]'
    if isinstance(value, int | Decimal | date | datetime | time) and not isinstance(value, bool):
        return f'a text in quotes: "{shown(value)}"'
    return "a text in quotes"
