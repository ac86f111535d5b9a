"""Commands on families: who collects on one account, and the points that come along."""

from pathlib import Path

import pytest

from loyalty.identifiers import card_number
from loyalty.programme.document import classic_document
from tests.integration.server_core.conftest import Command

ANN, BOB, CARL, DORA = (card_number(f"29000000000000{number}") for number in (1, 2, 3, 4))
FAMILY = classic_document().replace("version = 1", "version = 2") + "\n[family]\nmembers = 2\n"


@pytest.fixture
def club(founded: object, home: Path, tmp_path: Path, command: Command) -> None:
    """Four members, of whom Bob has points, and a programme with families."""
    assert founded
    people = tmp_path / "people.csv"
    named = zip((ANN, BOB, CARL, DORA), ("Ann", "Bob", "Carl", "Dora"), strict=True)
    rows = "".join(f"{card},{name}\n" for card, name in named)
    people.write_text(f"card,name\n{rows}", "utf-8")
    assert command("members", "import", people, "--home", home).code == 0
    balances = tmp_path / "balances.csv"
    balances.write_text(f"card,points\n{BOB},340\n", "utf-8")
    assert command("points", "import", balances, "--home", home).code == 0
    document = tmp_path / "family.toml"
    document.write_text(FAMILY, "utf-8")
    assert command("programme", "publish", document, "--home", home).code == 0


@pytest.mark.usefixtures("club")
def test_a_family_is_made_shown_and_left(home: Path, command: Command) -> None:
    spaced = f"{BOB[:4]} {BOB[4:8]}-{BOB[8:]}"
    added = command("family", "add", ANN, spaced, "--home", home)
    assert (added.code, added.out) == (0, f"{ANN}  Ann (owner)\n{BOB}  Bob\n")
    again = command("family", "add", ANN, BOB, "--home", home, "--json").json
    assert [one["name"] for one in again["family"]] == ["Ann", "Bob"]
    for card in (ANN, BOB):
        shown = command("family", "show", card, "--home", home, "--json").json
        assert shown["family"] == again["family"]
    left = command("family", "remove", BOB, "--home", home)
    assert (left.code, left.out) == (0, f"{ANN}  Ann (owner)\n")
    assert command("family", "show", ANN, "--home", home).code == 1, "an owner alone owns none"


@pytest.mark.usefixtures("club")
def test_why_somebody_does_not_join(home: Path, command: Command) -> None:
    def refused(*words: str) -> str:
        ran = command("family", *words, "--home", home, "--json")
        assert ran.code == 1
        return str(ran.json["refused"])

    assert refused("add", ANN, ANN) == "owner"
    assert refused("add", ANN, card_number("290000000000009")) == "unknown"
    assert refused("remove", BOB) == "alone"
    assert refused("show", BOB) == "alone"
    assert command("family", "add", ANN, BOB, "--home", home).code == 0
    assert refused("add", ANN, CARL) == "full"
    assert refused("add", CARL, BOB) == "elsewhere"
    assert refused("add", BOB, CARL) == "elsewhere"
    assert refused("add", CARL, ANN) == "elsewhere"
    assert refused("remove", ANN) == "owner"
    said = command("family", "remove", ANN, "--home", home).err
    assert said == "The account is the owner's own. It is neither joined nor left by its owner.\n"


@pytest.mark.usefixtures("founded")
def test_a_programme_without_families_makes_none(
    home: Path, tmp_path: Path, command: Command
) -> None:
    people = tmp_path / "people.csv"
    people.write_text(f"card,name\n{ANN},Ann\n{BOB},Bob\n", "utf-8")
    assert command("members", "import", people, "--home", home).code == 0
    assert command("family", "add", ANN, BOB, "--home", home).code == 1


@pytest.mark.usefixtures("club")
def test_points_of_before_come_along_when_they_are_asked_to(home: Path, command: Command) -> None:
    assert command("family", "add", ANN, BOB, "--home", home).code == 0
    added = command("family", "add", ANN, BOB, "--home", home, "--with-points", "--json").json
    assert added["moved"] == {"posted": 1, "before": 0, "waiting": 0}
    again = command("family", "add", ANN, BOB, "--home", home, "--with-points", "--json").json
    assert again["moved"] == {"posted": 0, "before": 0, "waiting": 0}
    assert command("reconcile", "--home", home, "--json").json["cases"] == 0
    assert command("verify", "--home", home).code == 0


@pytest.mark.usefixtures("club")
def test_a_list_of_members_says_their_families(
    home: Path, tmp_path: Path, command: Command
) -> None:
    people = tmp_path / "families.csv"
    rows = f"{ANN},{ANN}\n{BOB},{ANN}\n{CARL},{ANN}\n{DORA},{DORA}5\n"
    people.write_text(f"card,family\n{rows}", "utf-8")
    ran = command("members", "import", people, "--home", home, "--json")
    assert (ran.code, ran.json["not_in_a_family"]) == (1, {CARL: "full"})
    assert "is no card number" in ran.json["rejected"][0]["reason"]
    assert (
        "joined no family. The family has"
        in command("members", "import", people, "--home", home).err
    )
    shown = command("family", "show", BOB, "--home", home, "--json").json["family"]
    assert [one["name"] for one in shown] == ["Ann", "Bob"]


def test_families_are_made_after_founding(tmp_path: Path, command: Command) -> None:
    people = tmp_path / "people.csv"
    people.write_text(f"card,family\n{ANN},{ANN}\n{BOB},{ANN}\n", "utf-8")
    ran = command(
        *("found", "--home", tmp_path / "office", "--shop", "Sklep", "--currency", "GBP"),
        *("--timezone", "Europe/Warsaw", "--branch", "KRK=Kraków", "--terminal", "KRK-1=KRK"),
        *("--members", people),
    )
    assert ran.code == 2
    assert "Families are made once the chain is there." in ran.err
