"""The commands of head office as a person or a script meets them."""

import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest

from loyalty.identifiers import card_number
from loyalty.programme.document import classic_document
from sync_server.config import load_config
from tests.integration.server_core.conftest import Command

CARD = card_number("290000100000001")
OTHER_CARD = card_number("290000100000002")

APART: dict[str, object] = {"not_in_a_family": {}}
"""Of an import whose families are all made."""


def held(home: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(home / "server.sqlite")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_founding_says_what_is_needed_next_and_only_once(
    founded: Any, command: Command, home: Path
) -> None:
    assert [(one["terminal"], one["branch"]) for one in founded["terminals"]] == [
        ("KRK-1", "KRK"),
        ("WAW-1", "WAW"),
    ]
    assert len({one["code"] for one in founded["terminals"]}) == 2
    assert stat.S_IMODE((home / "server.toml").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "server.sqlite").stat().st_mode) == 0o600
    [(name, password_hash)] = held(home, "SELECT name, password_hash FROM users")
    assert name == "owner"
    assert password_hash.startswith("$argon2id$")
    assert founded["owner_password"] not in password_hash
    again = command(
        *("found", "--home", home, "--shop", "Other", "--branch", "A=A", "--terminal", "T=A"),
    )
    assert (again.code, again.out) == (2, "")
    assert again.err.startswith("A chain was founded in this database before.")
    assert held(home, "SELECT value FROM settings WHERE key = 'shop'") == [("Sklep",)]


def test_founding_takes_members_goods_and_a_programme(
    command: Command, home: Path, tmp_path: Path
) -> None:
    members, products = tmp_path / "members.csv", tmp_path / "products.csv"
    members.write_text(
        f"card,name,email,email_consent,language\n{CARD},Żaneta,z@example.com,yes,pl\n",
        encoding="utf-8",
    )
    products.write_text("code,description,price\n5901234123457,Herbata,4.50\n", encoding="utf-8")
    programme = tmp_path / "ours.toml"
    programme.write_text(classic_document().replace('"GBP"', '"PLN"'), encoding="utf-8")
    ran = command(
        *("found", "--home", home, "--shop", "S", "--currency", "PLN", "--branch", "A=Alfa"),
        *("--terminal", "A-1=A", "--programme", programme),
        *("--members", members, "--products", products),
    )
    assert ran.code == 0, ran.err
    assert "A-1" in ran.out
    assert held(home, "SELECT member_id, name, email_consent, language FROM members") == [
        (CARD, "Żaneta", 1, "pl")
    ]
    assert held(home, "SELECT * FROM products") == [("5901234123457", "Herbata", 450, "", "")]
    assert held(home, "SELECT document FROM programmes") == [(programme.read_text("utf-8"),)]


GOOD = {
    "--shop": "S",
    "--currency": "GBP",
    "--timezone": "Europe/London",
    "--branch": "A=A",
    "--terminal": "A-1=A",
}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"--shop": " "}, "A shop's name has 1 to 100 characters."),
        ({"--timezone": "Europe/Atlantis"}, "There is no time zone 'Europe/Atlantis'."),
        ({"--terminal": "till one=A"}, "'till one' cannot name a terminal."),
        ({"--terminal": "A-1=B"}, "Terminal A-1 stands in branch 'B', which is not named."),
        ({"--branch": "A"}, "--branch 'A' is not of the form LEFT=RIGHT."),
        ({"--database": "mysql://x/y"}, "Head office does not keep its books in 'mysql'."),
        ({"--database": "sqlite://"}, "A database without a file would be gone"),
        ({"--database": "sqlite:///:memory:"}, "A database without a file would be gone"),
        ({"--shop": "Sklep \udcff"}, "'Sklep \\udcff' holds bytes that are no text."),
        ({"--branch": "A=\udcff"}, "'\\udcff' holds bytes that are no text."),
        ({"--currency": "gold"}, 'the classic programme: line 4: currency is "gold"'),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_plan_that_cannot_be_founded_leaves_nothing(
    command: Command, home: Path, changed: dict[str, str], sentence: str
) -> None:
    words = [word for pair in {**GOOD, **changed}.items() for word in pair]
    ran = command("found", "--home", home, *words, "--json")
    assert ran.code == 2
    assert ran.err.startswith(sentence), ran.err
    assert f"{ran.json['error']} {ran.json['hint']}".strip() == ran.err.strip()
    assert not (home / "server.toml").exists()


def test_a_bad_line_in_a_file_founds_nothing(command: Command, home: Path, tmp_path: Path) -> None:
    members = tmp_path / "members.csv"
    members.write_text(f"card,name\n{CARD},Anna\n123,Boris\n", encoding="utf-8")
    words = [word for pair in GOOD.items() for word in pair]
    ran = command("found", "--home", home, *words, "--members", members)
    assert ran.code == 2
    assert "line 3: '123' is no card number of 16 digits" in ran.err
    assert not home.exists()


def test_members_are_imported_again_without_harm(
    founded: Any, command: Command, home: Path, tmp_path: Path
) -> None:
    members = tmp_path / "members.csv"
    members.write_text(f"card,name\n{CARD},Anna\n{OTHER_CARD},Boris\nx,Y\n", encoding="utf-8")
    first = command("members", "import", members, "--home", home, "--json")
    assert (first.code, first.json["new"], first.json["rejected"][0]["line"]) == (1, 2, 4)
    members.write_text(f"card,name\n{CARD},Ann\n{OTHER_CARD},Boris\n", encoding="utf-8")
    second = command("members", "import", members, "--home", home, "--json")
    assert second.code == 0
    assert second.json == {"new": 0, "changed": 1, "unchanged": 1, "rejected": []} | APART
    assert held(home, "SELECT name FROM members ORDER BY name") == [("Ann",), ("Boris",)]


def test_an_import_takes_back_no_unsubscription_and_erases_no_fact(
    founded: Any, command: Command, home: Path, tmp_path: Path
) -> None:
    members = tmp_path / "members.csv"
    members.write_text(
        "card,name,phone,email,email_consent,language,branch\n"
        f"{CARD},Anna,+48 600,a@example.org,yes,pl,KRK\n",
        encoding="utf-8",
    )
    everything = "SELECT name, phone, email, email_consent, language, branch FROM members"
    assert command("members", "import", members, "--home", home).code == 0
    assert held(home, everything) == [("Anna", "+48 600", "a@example.org", 1, "pl", "KRK")]
    connection = sqlite3.connect(home / "server.sqlite")
    with connection:
        connection.execute("UPDATE members SET email_consent = 0")
    connection.close()
    again = command("members", "import", members, "--home", home, "--json")
    assert again.json == {"new": 0, "changed": 0, "unchanged": 1, "rejected": []} | APART
    for text in (f"card,name\n{CARD},Ann\n", f"card,phone,language,email_consent\n{CARD},,,yes\n"):
        members.write_text(text, encoding="utf-8")
        assert command("members", "import", members, "--home", home).code == 0
        assert held(home, everything) == [("Ann", "+48 600", "a@example.org", 0, "pl", "KRK")]


def test_a_new_code_and_a_new_user(founded: Any, command: Command, home: Path) -> None:
    fresh = command("code", "KRK-1", "--home", home, "--json")
    assert fresh.json["code"] != founded["terminals"][0]["code"]
    missing = command("code", "KRK-9", "--home", home)
    assert (missing.code, missing.out) == (2, "")
    made = command("user", "add", "anna", "--home", home, "--json")
    assert len(made.json["password"]) >= 16
    given = command("user", "add", "eve", "--home", home, "--password-stdin", stdin="long enough\n")
    assert given.out == "eve may log in.\n"
    short = command("user", "add", "bo", "--home", home, "--password-stdin", stdin="short\n")
    assert short.code == 2
    long = command("user", "add", "bo", "--home", home, "--password-stdin", stdin="x" * 1_001)
    assert (long.code, long.err) == (2, "A password has at most 1000 characters.\n")
    twice = command("user", "add", " anna ", "--home", home)
    assert (twice.code, twice.err.startswith("There is a user 'anna' already.")) == (2, True)


def test_programmes_are_checked_and_put_into_words(command: Command, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(classic_document(), encoding="utf-8")
    bad.write_text(classic_document().replace("points = 1", "points = 0"), encoding="utf-8")
    assert command("programme", "check", good, "--json").json["valid"] is True
    refused = command("programme", "check", bad)
    assert refused.code == 1
    assert "earning.points is 0" in refused.err
    assert "1 point for each full £1.00" in command("programme", "show", good).out
    assert command("programme", "show", tmp_path / "none.toml").code == 2


def test_a_day_that_waits_is_an_exit_code(founded: Any, command: Command, home: Path) -> None:
    assert command("reconcile", "--home", home).code == 0
    connection = sqlite3.connect(home / "server.sqlite")
    with connection:
        connection.execute(
            "INSERT INTO till_tallies (terminal, epoch, day, last_seq, received_at_ms) "
            "VALUES ('KRK-1', 1, '2026-05-01', 3, 1)"
        )
    connection.close()
    ran = command("reconcile", "--home", home)
    assert ran.code == 1
    assert "1 of 1 days do not agree" in ran.out
    assert command("reconcile", "--home", home, "--terminal", "WAW-1").code == 0
    assert command("reconcile", "--home", home, "--day", "2026-05-02").code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--terminal", "NOPE"), "No terminal of this chain is called 'NOPE'."),
        (("--day", "garbage"), "'garbage' is no day."),
        (("--day", "2026-02-30"), "'2026-02-30' is no day."),
        (("--day", "20260501"), "'20260501' is no day."),
        (("--day", ""), "'' is no day."),
    ],
)
def test_what_cannot_be_reconciled_does_not_agree(
    founded: Any, command: Command, home: Path, words: tuple[str, str], sentence: str
) -> None:
    ran = command("reconcile", "--home", home, *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(sentence), ran.err


@pytest.mark.parametrize("folder", ["zakupy 😀", "co?nowego#tu"])
def test_any_folder_can_be_a_home(command: Command, tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder
    words = [word for pair in GOOD.items() for word in pair]
    ran = command("found", "--home", home, *words)
    assert ran.code == 0, ran.err
    assert held(home, "SELECT count(*) FROM users") == [(1,)]
    assert command("reconcile", "--home", home).code == 0


def test_a_relative_database_is_kept_by_its_whole_path(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "office"
    (tmp_path / "shop").mkdir()
    (tmp_path / "elsewhere").mkdir()
    words = [word for pair in GOOD.items() for word in pair]
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    monkeypatch.chdir(tmp_path / "shop")
    ran = command("found", "--home", home, *words, "--database", "sqlite:///books.sqlite")
    assert ran.code == 0, ran.err
    assert load_config(home).database == f"sqlite:///{tmp_path / 'shop' / 'books.sqlite'}"
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert command("reconcile", "--home", home).code == 0
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("command_words", [("reconcile",), ("serve", "--port", "0")])
def test_missing_books_are_not_begun_anew(
    founded: Any, command: Command, home: Path, command_words: tuple[str, ...]
) -> None:
    for path in home.glob("server.sqlite*"):
        path.unlink()
    ran = command(*command_words, "--home", home)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"There is no database file '{home / 'server.sqlite'}'."), ran.err
    assert not (home / "server.sqlite").exists()


def test_a_home_without_a_chain_or_with_a_newer_one(
    founded: Any, command: Command, home: Path, tmp_path: Path
) -> None:
    nowhere = command("reconcile", "--home", tmp_path / "nowhere")
    assert nowhere.code == 2
    assert nowhere.err.startswith("There is no server.toml in")
    connection = sqlite3.connect(home / "server.sqlite")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    newer = command("serve", "--home", home, "--port", "0")
    assert newer.code == 2
    assert newer.err.startswith("The database was written by a newer version of Paragon")
    (home / "server.sqlite").write_bytes(b"this is no database at all" * 100)
    for path in home.glob("server.sqlite-*"):
        path.unlink()
    broken = command("reconcile", "--home", home)
    assert broken.code == 2
    assert "not a database" in broken.err
    assert "Traceback" not in broken.err
    (home / "server.toml").write_text("port = 'many'", encoding="utf-8")
    assert "server.toml" in command("reconcile", "--home", home).err


@pytest.mark.parametrize("zone", ["Europe/Lolndon", "../etc/passwd", "Europe"])
def test_a_time_zone_that_the_disk_changed_is_a_sentence(
    founded: Any, command: Command, home: Path, zone: str
) -> None:
    connection = sqlite3.connect(home / "server.sqlite")
    with connection:
        connection.execute("UPDATE settings SET value = ? WHERE key = 'timezone'", (zone,))
    connection.close()
    for words in (("verify",), ("serve", "--port", "0")):
        ran = command(*words, "--home", home)
        assert ran.code == 2, ran
        assert ran.err.startswith(f"The database is damaged: it names the time zone {zone!r}.")


@pytest.mark.parametrize(
    "words", [(), ("found",), ("serve",), ("user", "add"), ("members", "import")], ids=repr
)
def test_help_comes_with_an_example(command: Command, words: tuple[str, ...]) -> None:
    ran = command(*words, "--help")
    assert ran.code == 0
    assert "Example: paragon-server" in ran.out or not words
