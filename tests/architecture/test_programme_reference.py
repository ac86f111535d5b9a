"""The reference of the programme document names every key of the schema and no other, with what it
is when it is left out, and every example in it is a good programme."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from msgspec import NODEFAULT, inspect

from loyalty.programme.checks.whole import check
from loyalty.programme.document import load_programme
from loyalty.programme.faults import Findings
from loyalty.programme.reading import readable
from loyalty.programme.terms.conditions import Cap, When
from loyalty.programme.terms.programme import Programme
from loyalty.programme.terms.wallets import Expiry

SHARED = {When: "when", Cap: "cap", Expiry: "expiry"}
"""Tables that stand in several others, and are explained once."""

MUST = "must be said"
HEAD = {"name": '"example"', "version": "1", "currency": '"PLN"'}
RANGE = re.compile(r"([\d,]+) to ([\d,]+)")
PROMISE = 'earning = { per = "1.00" }\n'
BLOCK = re.compile(r"^```toml\n(.*?)^```", re.M | re.S)
ROW = re.compile(
    r"^\| `(?P<key>[\w.]+)` \|(?P<says>.*)\|(?P<allowed>.*)\|(?P<left_out>.*)\|$", re.M
)


class Key(NamedTuple):
    """A key of the schema."""

    name: str
    field: inspect.Field


def table_of(kind: inspect.Type) -> tuple[inspect.StructType | None, bool]:
    """The table that a key holds, or that its elements are; whether the shop names each."""
    match kind:
        case inspect.StructType():
            return kind, False
        case inspect.VarTupleType():
            return table_of(kind.item_type)
        case inspect.DictType():
            return table_of(kind.value_type)[0], True
        case inspect.UnionType():
            found = [table for table, _ in map(table_of, kind.types) if table]
            return (found[0] if found else None), False
    return None, False


def keys_of(table: inspect.StructType, prefix: str = "") -> Iterator[Key]:
    for field in table.fields:
        name = prefix + field.encode_name
        below, is_named = table_of(field.type)
        yield Key(name, field)
        if below is not None and below.cls not in SHARED:
            yield from keys_of(below, f"{name}.NAME." if is_named else f"{name}.")


def schema() -> dict[str, inspect.Field]:
    found = dict(keys_of(as_table(Programme)))
    for shared, name in SHARED.items():
        found |= dict(keys_of(as_table(shared), f"{name}."))
    return found


def as_table(kind: type) -> inspect.StructType:
    table = inspect.type_info(kind)
    assert isinstance(table, inspect.StructType)
    return table


def said_in(
    tree: dict[str, Any], table: inspect.StructType, prefix: str = ""
) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The keys that a document uses, called as the reference calls them, with where they stand."""
    for field in table.fields:
        if field.encode_name not in tree:
            continue
        name, value = prefix + field.encode_name, tree[field.encode_name]
        yield name, tree, field.encode_name
        below, is_named = table_of(field.type)
        if below is None:
            continue
        inside = f"{SHARED.get(below.cls, name)}." + ("NAME." if is_named else "")
        tables = value.values() if is_named else value if isinstance(value, list) else [value]
        for one in tables:
            yield from said_in(one, below, inside)


def wrong_keys(tree: dict[str, Any]) -> set[str]:
    """The last part of each key that is wrong in a document."""
    findings = Findings()
    read = readable(tree, as_table(Programme), findings)
    check(msgspec.convert(read, Programme), findings)
    return {str(one.path[-1]) for one in findings.found if one.path}


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "programme.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rows(page: str) -> dict[str, re.Match[str]]:
    found = list(ROW.finditer(page))
    assert len({match["key"] for match in found}) == len(found), "a key is explained twice"
    return {match["key"]: match for match in found}


@pytest.fixture(scope="module")
def examples(page: str) -> list[str]:
    return [completed(block) for block in BLOCK.findall(page)]


def completed(block: str) -> str:
    """An example of the page with the keys before it that a whole document needs."""
    tree = tomllib.loads(block)
    head = "".join(f"{key} = {value}\n" for key, value in HEAD.items() if key not in tree)
    promises = {"earning", "earn", "discount", "event", "surprise", "lottery"} & set(tree)
    return head + ("" if promises else PROMISE) + block


def test_every_key_is_in_the_reference_and_no_other(rows: dict[str, re.Match[str]]) -> None:
    assert set(rows) == set(schema())


def test_what_must_be_said_is_told(rows: dict[str, re.Match[str]]) -> None:
    required = {name for name, field in schema().items() if field.required}
    assert {key for key, row in rows.items() if row["left_out"].strip() == MUST} == required


def test_what_a_key_is_when_left_out_is_told(rows: dict[str, re.Match[str]]) -> None:
    wrong = {}
    for name, field in schema().items():
        default = None if field.default is NODEFAULT else field.default
        match default:
            case bool():
                told = f"`{str(default).lower()}`"
            case int():
                told = f"{default:,}"
            case str() if default:
                told = f'`"{default}"`'
            case _:
                continue
        if rows[name]["left_out"].strip() != told:
            wrong[name] = told
    assert wrong == {}


def test_every_choice_is_told(rows: dict[str, re.Match[str]]) -> None:
    untold = {}
    for name, field in schema().items():
        kind = field.type.item_type if isinstance(field.type, inspect.VarTupleType) else field.type
        if isinstance(kind, inspect.LiteralType):
            choices = {f'`"{value}"`' for value in kind.values if value}
            if set(re.findall(r'`"[\w-]+"`', rows[name]["allowed"])) != choices:
                untold[name] = choices
    assert untold == {}


def test_every_example_is_a_good_programme(examples: list[str]) -> None:
    assert len(examples) > 15
    for example in examples:
        load_programme(example, example)


def test_every_key_has_an_example(examples: list[str]) -> None:
    said = {
        name
        for example in examples
        for name, _, _ in said_in(tomllib.loads(example), as_table(Programme))
    }
    assert set(schema()) - said == set()


def test_the_ranges_told_are_the_ranges_kept(
    rows: dict[str, re.Match[str]], examples: list[str]
) -> None:
    """The least and the most that the page tells may be said, and one more or less may not."""
    tried, untrue = set(), {}
    for example in examples:
        tree = tomllib.loads(example)
        for name, table, key in list(said_in(tree, as_table(Programme))):
            told = RANGE.match(rows[name]["allowed"].strip())
            if told is None or not isinstance(table[key], int):
                continue
            least, most = (int(number.replace(",", "")) for number in told.groups())
            was = table[key]
            found = {}
            for value in (least - 1, least, most, most + 1):
                table[key] = value
                found[value] = key in wrong_keys(tree)
            table[key] = was
            if found != {least - 1: True, least: False, most: False, most + 1: True}:
                untrue[name] = found
            tried.add(name)
    assert untrue == {}
    assert len(tried) > 30
