"""A programme checked and compared by command, as its owner meets it."""

from pathlib import Path

import pytest

from loyalty.programme.document import classic_document
from tests.integration.server_core.conftest import Command

SUPERMARKET = Path("loyalty/programme/examples/supermarket.toml")
WRONG = """\
name = "ours"
version = 1
currency = "JPY"

[earning]
pre = "1"

[[earn]]
name = "bread"
per = "1.50"
goods = ["bred"]
"""


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    file = tmp_path / "draft.toml"
    file.write_text(WRONG, encoding="utf-8")
    return file


def test_every_fault_is_told_with_its_line_and_the_exit_code_says_so(
    command: Command, draft: Path
) -> None:
    ran = command("programme", "check", draft)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        f'{draft}: line 6: earning.pre is no key of a programme: did you mean "per"?',
        f'{draft}: line 10: earn[1].per is "1.50": an amount over 0 in quotes, such as "1", '
        "without decimals in JPY",
        f'{draft}: line 11: earn[1].goods[1] is "bred": groups of goods here: none',
        "3 to correct. docs/programme.md lists the keys.",
    ]


def test_a_program_reads_the_faults(command: Command, draft: Path) -> None:
    ran = command("programme", "check", draft, "--json")
    assert ran.code == 1
    assert ran.json["valid"] is False
    assert [(one["line"], one["key"]) for one in ran.json["faults"]] == [
        (6, "earning.pre"),
        (10, "earn[1].per"),
        (11, "earn[1].goods[1]"),
    ]
    assert ran.json["faults"][0]["allowed"] == 'did you mean "per"?'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"not toml", "line 1: the document is not TOML: Expected '='"),
        (b"#" * (257 << 10), "is larger than 262144 bytes"),
    ],
    ids=["no text", "no TOML", "too large"],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(
    command: Command, draft: Path, content: bytes, said: str
) -> None:
    draft.write_bytes(content)
    ran = command("programme", "check", draft)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert "1 to correct." in ran.err


def test_a_mark_of_the_encoding_is_no_part_of_the_text(command: Command, draft: Path) -> None:
    draft.write_bytes(b"\xef\xbb\xbf" + SUPERMARKET.read_bytes())
    ran = command("programme", "check", draft)
    assert (ran.code, ran.err) == (0, "")


def test_a_file_without_end_is_not_read_to_its_end(command: Command, draft: Path) -> None:
    """A disk's image, say, given by mistake: more than the memory of any machine."""
    with draft.open("wb") as file:
        file.truncate(1 << 40)
    ran = command("programme", "check", draft)
    assert (ran.code, ran.out) == (1, "")
    assert "is larger than 262144 bytes" in ran.err


def test_a_file_that_is_not_there_cannot_be_checked(command: Command, tmp_path: Path) -> None:
    ran = command("programme", "check", tmp_path / "gone.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be read" in ran.err


def test_a_good_programme_says_what_it_has(command: Command) -> None:
    file = SUPERMARKET
    ran = command("programme", "check", file)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == f"{file} is a good programme: supermarket@1, in PLN."
    assert "  tiers: silver, gold" in ran.out.splitlines()
    told = command("programme", "check", file, "--json").json
    assert (told["programme"], told["valid"], told["faults"]) == ("supermarket@1", True, [])
    assert told["subjects"]["wallets"] == ["points"]
    assert "surprises" not in told["subjects"]


def test_a_difference_is_told_key_by_key(command: Command, tmp_path: Path) -> None:
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(classic_document(), encoding="utf-8")
    new.write_text(
        classic_document().replace("version = 1", "version = 2").replace('"5.00"', '"6.00"'),
        encoding="utf-8",
    )
    ran = command("programme", "diff", old, new)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.splitlines() == [
        "version changes from 1 to 2.",
        'reward.voucher changes from "5.00" to "6.00".',
    ]
    told = command("programme", "diff", old, new, "--json").json
    assert (told["old"], told["new"]) == ("classic@1", "classic@2")
    assert told["differences"][1] == {
        "key": "reward.voucher",
        "change": "changed",
        "was": '"5.00"',
        "now": '"6.00"',
    }


def test_a_programme_does_not_differ_from_itself(command: Command, draft: Path) -> None:
    good = SUPERMARKET
    same = command("programme", "diff", good, good)
    assert (same.code, same.err) == (0, "")
    assert same.out.endswith("promise the same.\n")
    assert command("programme", "diff", good, good, "--json").json["differences"] == []
    wrong = command("programme", "diff", good, draft)
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err.startswith(f"{draft} has 3 faults: line 6: earning.pre")
