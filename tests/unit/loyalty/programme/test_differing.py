"""What two programmes say differently: each key once, as the document writes it."""

from pathlib import Path

import pytest

from loyalty.programme.differing import Change, Difference, differences, written
from loyalty.programme.document import classic_document, load_programme
from loyalty.programme.terms.conditions import When

HEAD = 'name = "ours"\nversion = 1\ncurrency = "PLN"\n'
RULE = '[[earn]]\nname = "{}"\nper = "{}"\n'
BREAD, TEA = RULE.format("bread", "1.00"), RULE.format("tea", "2.00")
STEP = '{{ at = "{}", percent = "{}" }}'
EXAMPLES = sorted(Path("loyalty/programme/examples").glob("*.toml"))


def told(old: str, new: str) -> list[str]:
    return [str(one) for one in differences(load_programme(HEAD + old), load_programme(HEAD + new))]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (BREAD, BREAD, []),
        (BREAD, BREAD + "points = 1\n", []),
        (BREAD, BREAD + "points = 2\n", ['earn "bread".points changes from 1 to 2']),
        (BREAD + "stop = true\n", BREAD, ['earn "bread".stop changes from true to false']),
        (BREAD, BREAD + "cap.day = 5\n", ['earn "bread".cap.day is added: 5']),
        (
            BREAD + 'when.weekdays = ["monday"]\n',
            BREAD + 'when = { weekdays = ["monday", "friday"], from = "2026-12-01" }\n',
            [
                'earn "bread".when.weekdays changes from ["monday"] to ["monday", "friday"]',
                'earn "bread".when.from is added: "2026-12-01"',
            ],
        ),
        (BREAD, BREAD + TEA, ['earn "tea" is added: { name = "tea", per = "2.00" }']),
        (
            BREAD + TEA + "stop = true\n",
            BREAD,
            ['earn "tea" is removed; it was { name = "tea", per = "2.00", stop = true }'],
        ),
        (
            BREAD + TEA,
            TEA + RULE.format("cake", "9") + BREAD,
            [
                'earn "cake" is added: { name = "cake", per = "9" }',
                "earn stand in another order: tea, bread; it was bread, tea",
            ],
        ),
        (
            BREAD,
            'title = "Club"\n' + BREAD,
            ['title is added: "Club"'],
        ),
        (
            'title = "Club"\n' + BREAD,
            'title = { pl = "Klub", ru = "Клуб" }\n' + BREAD,
            ['title changes from "Club" to { pl = "Klub", ru = "Клуб" }'],
        ),
        (
            'title = { pl = "Klub" }\n' + BREAD,
            'title = { pl = "Koło" }\n' + BREAD,
            ['title.pl changes from "Klub" to "Koło"'],
        ),
        (
            BREAD + "[offline]\nkeep = 0\n",
            BREAD,
            ["offline.keep is removed; it was 0"],
        ),
        (
            f"discount = {{ steps = [{STEP.format('1', '2')}] }}\n",
            f"discount = {{ steps = [{STEP.format('1', '3')}, {STEP.format('9', '4')}] }}\n",
            [
                'discount.steps "1".percent changes from "2" to "3"',
                'discount.steps "9" is added: { at = "9", percent = "4" }',
            ],
        ),
        (
            BREAD + "[family]\n",
            BREAD + '[reward]\nat_points = 5\nvoucher = "1"\n',
            [
                'reward is added: { at_points = 5, voucher = "1" }',
                "family is removed; it was {}",
            ],
        ),
        (
            BREAD + '[wallets.a]\n[wallets.b]\nkind = "stamps"\n',
            BREAD + '[wallets.b]\nkind = "stamps"\n[wallets.a]\npending_days = 1\n',
            [
                "wallets.a.pending_days changes from 0 to 1",
                'the main wallet changes from "a" to "b"',
            ],
        ),
        (
            BREAD + "[wallets.a]\n",
            BREAD,
            ["wallets.a is removed; it was {}", 'the main wallet changes from "a" to "points"'],
        ),
    ],
)
def test_each_difference_is_said_with_its_key(old: str, new: str, said: list[str]) -> None:
    assert told(old, new) == said


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_programme_says_what_it_says(example: Path) -> None:
    programme = load_programme(example.read_text(encoding="utf-8"))
    assert differences(programme, programme) == ()
    classic = load_programme(classic_document())
    there, back = differences(classic, programme), differences(programme, classic)
    opposite = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED}
    assert {(one.key, one.was, one.now, one.change) for one in there} == {
        (one.key, one.now, one.was, opposite.get(one.change, one.change)) for one in back
    }


def test_a_difference_of_a_version_is_one() -> None:
    now = load_programme(classic_document().replace("version = 1", "version = 2"))
    before = load_programme(classic_document())
    assert differences(before, now) == (Difference("version", Change.CHANGED, "1", "2"),)


def test_a_table_is_written_without_its_defaults() -> None:
    assert written(When()) == "{}"
    assert written(When(first="2026-12-01", visit=3)) == '{ from = "2026-12-01", visit = 3 }'
