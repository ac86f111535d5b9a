"""Each key of a TOML document is found on the line it stands on, whatever form it is written in."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.programme.places import KeyPath, line_of, located

EXAMPLES = sorted(Path("loyalty/programme/examples").glob("*.toml"))
EVERY_FORM = '''\
# 1: a comment with [brackets] and "quotes
name = "one # no comment" # 2
a.b = 1 # 3
a . "c d" = \'it is\' # 4
"quoted \\u0041" = [ # 5
  1, # 6: ] no end
  { x = "}", y.z = [2, 3] }, # 7

  "nine" # 9
]
text = """first # 11
[not a table] \\""" # 12
key = 1""" # 13
raw = \'\'\' \\\'\'\'\'
[table] # 15
k = {} # 16
[table.below] # 17
k = 1979-05-27T07:32:00Z # 18
[[many]] # 19
k = 1 # 20
  [[many]] # 21
  k = -1.5e3 # 22
  [many.below] # 23
  k = true # 24
  [[many.more]] # 25
  [[many.more]] # 26
  "" = [] # 27
'''


def paths_of(tree: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Everything in `tree`, as the reader of the standard library understands it."""
    if path:
        yield path
    below: Any = ()
    if isinstance(tree, dict):
        below = tree.items()
    elif isinstance(tree, list):
        below = enumerate(tree)
    for step, value in below:
        yield from paths_of(value, (*path, step))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("a",), 3),
        (("a", "b"), 3),
        (("a", "c d"), 4),
        (("quoted A",), 5),
        (("quoted A", 0), 6),
        (("quoted A", 1, "x"), 7),
        (("quoted A", 1, "y", "z", 1), 7),
        (("quoted A", 2), 9),
        (("text",), 11),
        (("raw",), 14),
        (("table",), 15),
        (("table", "k"), 16),
        (("table", "below", "k"), 18),
        (("many",), 19),
        (("many", 0), 19),
        (("many", 0, "k"), 20),
        (("many", 1), 21),
        (("many", 1, "k"), 22),
        (("many", 1, "below"), 23),
        (("many", 1, "below", "k"), 24),
        (("many", 1, "more", 0), 25),
        (("many", 1, "more", 1), 26),
        (("many", 1, "more", 1, ""), 27),
    ],
)
def test_a_key_is_found_on_its_line(path: KeyPath, line: int) -> None:
    assert located(EVERY_FORM)[path] == line


def test_nothing_is_found_that_is_not_there() -> None:
    assert set(located(EVERY_FORM)) == set(paths_of(tomllib.loads(EVERY_FORM)))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_whole_of_an_example_is_found(example: Path) -> None:
    document = example.read_text(encoding="utf-8")
    places = located(document)
    assert set(places) == set(paths_of(tomllib.loads(document)))
    lines = document.splitlines()
    for path, line in places.items():
        steps = [step for step in path if isinstance(step, str)]
        assert steps[-1] in lines[line - 1] or isinstance(path[-1], int), (path, line)


def test_line_ends_of_another_system_are_counted_once() -> None:
    assert located("a = 1\r\n\r\n[b]\r\nc = 2\r\n")[("b", "c")] == 4


def test_what_is_not_written_is_where_it_would_be() -> None:
    places = located("a = 1\n\n[b]\nc = 2\n")
    assert line_of(places, ("b", "gone", 0)) == 3
    assert line_of(places, ("gone",)) == 1
    assert line_of(places, ()) == 1


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
VALUES = st.recursive(
    st.one_of(
        st.integers(-9, 9).map(str),
        TEXTS.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'),
        TEXTS.map(lambda text: "'" + text.replace("'", "") + "'"),
        TEXTS.map(lambda text: "'''" + text.replace("'", "") + "\n'''"),
    ),
    lambda values: st.one_of(
        st.lists(values, max_size=3).map(lambda many: "[\n" + " ,# ]\n".join(many) + "\n]"),
        st.lists(values, max_size=3).map(
            lambda many: "{ " + ", ".join(f"k{at} = {one}" for at, one in enumerate(many)) + " }"
        ),
    ),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=8))
def test_any_document_is_found_whole(values: list[str]) -> None:
    document = "".join(f"[[t]]\nkey.{at} = {value}\n" for at, value in enumerate(values))
    places = located(document)
    assert set(places) == set(paths_of(tomllib.loads(document)))
    lines = document.split("\n")
    for at in range(len(values)):
        assert lines[places["t", at, "key", str(at)] - 1].startswith(f"key.{at} =")
