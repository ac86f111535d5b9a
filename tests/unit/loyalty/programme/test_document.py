"""A document is loaded whole or refused whole: everything wrong with it is told at once."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.errors import DocumentFault, ProgrammeInvalid
from loyalty.programme.document import (
    KEYS_ARE_LISTED,
    MAX_DOCUMENT_BYTES,
    MAX_FAULTS_IN_A_MESSAGE,
    classic_document,
    load_programme,
)
from loyalty.programme.faults import MAX_FAULTS_TOLD
from loyalty.programme.terms.earning import Earning
from loyalty.programme.terms.offline import Offline
from loyalty.programme.terms.programme import Programme
from loyalty.programme.terms.rewards import Reward

CLASSIC = classic_document()
DOCUMENTS = sorted((Path(__file__).parent / "documents").glob("*.toml"))
WRONG_IN_EVERY_WAY = """\
name = "two words"
version = "1"
currency = "JPY"
colour = "red"
[earning]
pre = "1.00"
[[earn]]
name = "a"
per = 1.00
goods = ["bred"]
at_least = "2.50"
when = { weekdays = ["munday"], from = 2026-12-01, tiers = ["gold"] }
stop = "yes"
[[earn]]
name = "a"
percent = "3"
[goods.bread]
title = "x"
[goods.cake]
tags = "sweet"
[[lottery]]
name = "x"
[reward]
title = "late"
voucher = ["5"]
[pay]
points = { many = 1 }
worth = "1"
"""
TOLD = """\
1: name is "two words": letters from a to z, digits and _, at most 100 in all
2: version is "1": a whole number, without quotes
4: colour is no key of a programme: known here are currency, discount, earn, earning, event, \
excluded, family, gift_cards, goods, lottery, multiply, name, offline, pay, returns, reward, \
rewards, stacking, surprise, tier, tiers, title, transfers, version, vouchers, wallets
6: earning.pre is no key of a programme: did you mean "per"?
9: earn[1].per is 1.00: a text in quotes: "1.00"
10: earn[1].goods[1] is "bred": did you mean "bread"?
11: earn[1].at_least is "2.50": an amount over 0 in quotes, such as "1", without decimals in JPY
12: earn[1].when.weekdays[1] is "munday": one of "friday", "monday", "saturday", "sunday", \
"thursday", "tuesday", "wednesday"
12: earn[1].when.from is 2026-12-01: a text in quotes: "2026-12-01"
12: earn[1].when.tiers[1] is "gold": tiers here: none
13: earn[1].stop is "yes": true or false, without quotes
15: earn[2].name is "a": a name that no other in this list has
16: earn[2].percent is 3: a rule of a wallet with kind = "money"; points and stamps are given with \
per
17: goods.bread is a group of no goods: at least one of items, starts_with, categories, tags
20: goods.cake.tags is "sweet": a list in brackets, such as ["a", "b"]
21: lottery[1].ticket_per is missing: a text in quotes
21: lottery[1].first is missing: a text in quotes
21: lottery[1].until is missing: a text in quotes
21: lottery[1].commitment is missing: a text in quotes
23: reward.at_points is missing: a whole number, without quotes
24: reward.title is no key of a programme: it is a key of the whole document; write it above the \
first [table]
25: reward.voucher is a list: a text in quotes
27: pay.points is a table: a whole number, without quotes
"""


def refused(document: str, source: str = "the programme") -> ProgrammeInvalid:
    with pytest.raises(ProgrammeInvalid) as caught:
        load_programme(document, source)
    return caught.value


def test_everything_wrong_is_told_at_once_in_the_order_of_the_lines() -> None:
    fault = refused(WRONG_IN_EVERY_WAY, "draft.toml")
    assert [str(one) for one in fault.faults] == [f"line {line}" for line in TOLD.splitlines()]
    assert fault.message.startswith("draft.toml has 23 faults: line 1: name is")
    assert fault.message.endswith("And 3 more.")
    assert "\n" not in str(fault)
    assert fault.hint == KEYS_ARE_LISTED


def test_one_fault_is_a_sentence() -> None:
    fault = refused(CLASSIC.replace('"1.00"', '"abc"'), "ours.toml")
    assert fault.message == (
        'ours.toml: line 7: earning.per is "abc": an amount over 0 in quotes, such as "1.00", '
        "with at most 2 decimals in GBP."
    )
    assert fault.faults[0].key == "earning.per"
    question = refused(CLASSIC.replace("per =", "pre ="))
    assert question.message.endswith('did you mean "per"?')


@pytest.mark.parametrize(
    ("fragment", "keys"),
    [
        # What cannot be read is told once: nothing that would follow from it.
        (
            '[[tier]]\nname = 5\nat = "9"\n[[earn]]\nname = "r"\nper = "1"\nwhen.tiers = ["x"]\n',
            ["tier[1].name"],
        ),
        ('goods = 5\n[excluded]\ngoods = ["x"]\n', ["goods"]),
        ('goods.x = 5\n[excluded]\ngoods = ["x"]\n', ["goods.x"]),
        ('tier = 5\n[[earn]]\nname = "r"\nper = "1"\nwhen.tiers = ["gold"]\n', ["tier"]),
        ('wallets = 5\n[[earn]]\nname = "r"\npercent = "1"\nwallet = "x"\n', ["wallets"]),
        ('[wallets.x]\nkind = "gold"\n[[earn]]\nname = "r"\npercent = "1"\n', ["wallets.x.kind"]),
        ('[[earn]]\nname = "r"\npercent = "1"\nwallet = "x"\n[wallets.y]\n', ["earn[1].wallet"]),
        ('rewards = 5\n[[event]]\nname = "e"\non = "quiz"\nreward = "x"\n', ["rewards"]),
        ('earn = 5\n[[multiply]]\nname = "m"\ntimes = "2"\nrules = ["x"]\n', ["earn"]),
        ('earn = [5, { name = "r", per = "x" }]\n', ["earn[1]", "earn[2].per"]),
        ('[[earn]]\nname = "r"\neach = "pound"\n', ["earn[1].each"]),
        ('[[earn]]\nname = "r"\npr = "1"\n', ["earn[1].pr"]),
        (
            '[[earn]]\nname = "r"\nper = "1"\nwhen = { hour = ["14:00-17:00"] }\n',
            ["earn[1].when.hour"],
        ),
        ('[tiers]\nby = "luck"\n[[tier]]\nname = "a"\nat = "x"\n', ["tiers.by"]),
        ('[[event]]\nname = "e"\non = "luck"\nat = "x"\npoints = 1\n', ["event[1].on"]),
        ('[[rewards]]\nname = "g"\ncost = 1\ngives = "luck"\n', ["rewards[1].gives"]),
        ('family = 5\n[transfers]\nto = "family"\n', ["family"]),
        ('title = { en = 5, pl = "x" }\n', ["title.en"]),
        ("title = 5\n", ["title"]),
        ("discount = {}\n", ["discount.steps"]),
        (
            "excluded = { goods = [{}, [], 1.5, true] }\n",
            [f"excluded.goods[{place}]" for place in (1, 2, 3, 4)],
        ),
    ],
)
def test_what_follows_from_a_fault_is_no_fault_of_its_own(fragment: str, keys: list[str]) -> None:
    document = 'name = "ours"\nversion = 1\ncurrency = "PLN"\nearning = { per = "1" }\n' + fragment
    assert [fault.key for fault in refused(document).faults] == keys


@pytest.mark.parametrize(
    ("document", "line", "said"),
    [
        ("name = ", 1, "Invalid value"),
        ('name = "a"\nname = "b"\n', 2, "Cannot overwrite a value"),
        ("name = 'a'\n\nversion", 3, "Expected '=' after a key in a key/value pair"),
        ("a = " + "[" * 50_000, 1, "Brackets stand deeper within brackets than any key needs."),
        ("a = " + "1" * 50_000, 1, "A number has more digits than any that is meant"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(document: str, line: int, said: str) -> None:
    fault = refused(document, "draft.toml")
    assert fault.message.startswith(f"draft.toml is not TOML: line {line}: ")
    assert said in fault.message
    assert [(one.line, one.key) for one in fault.faults] == [(line, "the document")]


def test_a_document_has_an_end() -> None:
    fault = refused("#" * (MAX_DOCUMENT_BYTES + 1))
    assert fault.message == f"the programme is larger than {MAX_DOCUMENT_BYTES} bytes."
    assert fault.faults == ()


def test_faults_without_end_are_counted() -> None:
    fault = refused(CLASSIC + "".join(f"key{at} = 1\n" for at in range(9_000)))
    assert fault.message.startswith("the programme has 9000 faults: ")
    assert fault.message.endswith(f"And {9_000 - MAX_FAULTS_IN_A_MESSAGE} more.")
    assert len(fault.faults) == MAX_FAULTS_TOLD


def test_many_names_that_nobody_knows_are_told_before_anybody_gives_up() -> None:
    """Looking for what each was meant to be took longer than a test may."""
    groups = "".join(f'[goods.group_{at:05}]\ntags = ["t"]\n' for at in range(500))
    names = ", ".join(f'"gruop_{at:05}"' for at in range(4_000))
    fault = refused(f"{CLASSIC}{groups}[excluded]\ngoods = [{names}]\n")
    assert fault.message.startswith("the programme has 4001 faults: ")
    assert "did you mean" in str(fault.faults[-1])


def test_of_many_names_that_are_known_the_first_are_told() -> None:
    groups = "".join(f'[goods.g{at}]\ntags = ["t"]\n' for at in range(99))
    fault = refused(f'{CLASSIC}{groups}[excluded]\ngoods = ["zzzzzz"]\n')
    assert '"g0", "g1", ' in fault.message
    assert fault.message.endswith('"g39", ….')


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("version = 0x" + "f" * 9_000, "version is a number without end: a whole number"),
        ("version = nan", "version is NaN: a whole number"),
        ("version = true", "version is true: a whole number"),
        ("version = 1\ntitle = false", "title is false: a text in quotes"),
        ("version = 1\ntitle = 07:30:00", 'title is 07:30:00: a text in quotes: "07:30:00"'),
        ('version = 1\ntitle = "' + "x" * 200 + '"', 'title is "' + "x" * 40 + '"…: a text of'),
        ('version = 1\ntitle = "a\\u001b[2Jb\\u009b"', 'title is "a\\u001b[2Jb\\u009b": a text'),
        ('version = 1\n"\\u001b[2J" = 1', '"\\u001b[2J" is no key of a programme'),
        ("version = 1\n" + "k" * 99 + " = 1", '"' + "k" * 40 + '"… is no key of a programme'),
    ],
)
def test_what_a_document_holds_is_shown_so_that_it_can_be_read(line: str, said: str) -> None:
    document = f'name = "ours"\n{line}\ncurrency = "PLN"\n[earning]\nper = "1"\n'
    assert said in refused(document).message


@given(st.text())
def test_text_by_chance_is_refused(document: str) -> None:
    assert refused(document).message.startswith("the programme")


NAMES = st.sampled_from([field.encode_name for field in msgspec.structs.fields(Programme)])
TREES = st.recursive(
    st.one_of(st.integers(), st.booleans(), st.text(max_size=4), st.sampled_from(["1", "gold"])),
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "at", "per", "goods", "when", "on", "steps", "x"]), below
        ),
    ),
    max_leaves=9,
)


@given(st.dictionaries(NAMES, TREES))
def test_any_tree_is_a_programme_or_is_refused(tree: dict[str, Any]) -> None:
    """Values of every kind at every key: no other fault than the one that lists what is wrong."""
    document = "\n".join(f"{key} = {toml(value)}" for key, value in tree.items())
    told: tuple[DocumentFault, ...] | None = None
    try:
        load_programme(document)
    except ProgrammeInvalid as fault:
        told = fault.faults
    assert told is None or told


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value) + '"'
    return str(value).lower()


def test_a_fault_is_read_aloud() -> None:
    fault = DocumentFault(12, "earn[2].per", 'is "abc"', "an amount over 0")
    assert str(fault) == 'line 12: earn[2].per is "abc": an amount over 0'


def test_documents_of_earlier_versions_say_what_they_said() -> None:
    earlier = {path.stem: load_programme(path.read_text(encoding="utf-8")) for path in DOCUMENTS}
    assert earlier["first_classic"] == Programme(
        name="classic",
        version=1,
        currency="GBP",
        earning=Earning("1.00", 1),
        reward=Reward(500, "5.00", 90),
    )
    assert earlier["first_with_offline"] == Programme(
        name="autumn_2024",
        version=17,
        currency="PLN",
        earning=Earning("2,50", 3),
        reward=Reward(100, "10", 90),
        offline=Offline(keep=200, days=3, grace_days=0, overdraft=50, vouchers="anywhere"),
    )
    assert earlier["first_without_reward"] == Programme(
        name="only_points", version=1_000_000, currency="EUR", earning=Earning("0.01", 1)
    )


def still_says(said: Any, now: Any) -> bool:
    """Whether `now` says all that was `said`: keys that are new since then may stand beside it."""
    if isinstance(said, dict):
        return isinstance(now, dict) and all(
            key in now and still_says(value, now[key]) for key, value in said.items()
        )
    if isinstance(said, list):
        return len(said) == len(now) and all(map(still_says, said, now))
    return bool(said == now)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_what_a_document_said_it_says_for_ever(document: Path) -> None:
    """Beside each lies what it was read as, the defaults of its day included: receipts were printed
    under them."""
    said = json.loads(document.with_suffix(".json").read_text(encoding="utf-8"))
    programme = load_programme(document.read_text(encoding="utf-8"))
    now = msgspec.json.decode(msgspec.json.encode(programme))
    assert still_says(said, now)
    assert not still_says({**said, "currency": "USD"}, now)
