"""What a user may choose: where receipts go, how fast, under which programme, another file."""

import csv
import json
from pathlib import Path

from tests.journeys.replay.conftest import paragon, replay
from tests.journeys.replay.made_file import COLUMNS


def line(invoice: str, quantity: int, second: int = 0, customer: str = "17850") -> tuple[str, ...]:
    moment = f"2010-12-01 08:26:{second:02d}"
    return (invoice, "85123A", "LANTERN", str(quantity), moment, "100.0", customer, "UK")


def written(path: Path, *lines: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *lines])
    return path


def test_receipts_wait_for_a_printer_and_come_out_once(tmp_path: Path) -> None:
    file = written(tmp_path / "lines.csv", line("1", 1), line("2", 2), line("3", 3))
    home, paper = tmp_path / "home", tmp_path / "paper.bin"
    first = replay(file, home, "--printer", "none").summary
    assert (first["receipts_printed"], first["receipts_waiting"]) == (0, 3)
    away = replay(file, home, "--printer", "escpos+tcp://127.0.0.1:9").summary
    assert (away["receipts_printed"], away["receipts_waiting"]) == (0, 3)
    second = replay(file, home, "--printer", f"file://{paper}").summary
    assert (second["receipts_printed"], second["receipts_waiting"]) == (3, 0)
    printed = paper.read_bytes()
    assert printed.count(b"Receipt") == 3
    replay(file, home, "--printer", f"file://{paper}")
    assert paper.read_bytes() == printed


def test_at_real_speed_the_gaps_are_the_shops(tmp_path: Path) -> None:
    file = written(tmp_path / "lines.csv", line("1", 1), line("2", 1, second=2))
    summary = replay(file, tmp_path / "home", "--speed", "real").summary
    assert summary["seconds"] > 2


def test_another_programme_rules_the_whole_chain(tmp_path: Path) -> None:
    programme = tmp_path / "double.toml"
    programme.write_text(
        'name = "double"\nversion = 3\ncurrency = "PLN"\n[earning]\nper = "10.00"\npoints = 25\n'
    )
    file = written(tmp_path / "lines.csv", line("1", 1), line("2", 2), line("C3", -1))
    summary = replay(file, tmp_path / "home", "--programme", str(programme)).summary
    assert summary["points_earned"] == 750
    assert summary["points_clawed_back"] == 250
    assert summary["vouchers_issued"] == 0
    assert summary["differences"] == 0


def test_an_invoice_that_comes_back_with_other_goods_is_refused_and_listed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    replay(written(tmp_path / "lines.csv", line("1", 1), line("2", 2)), home)
    changed = written(tmp_path / "lines.csv", line("1", 9), line("2", 2), line("4", 4))
    summary = replay(changed, home).summary
    assert (summary["refused_invoices"], summary["posted_now"]) == (1, 1)
    assert summary["invoices"] == 3
    assert summary["points_earned"] == 700
    listed = Path(summary["rejects_file"]).read_text("utf-8").splitlines()
    [row] = list(csv.DictReader(listed))
    assert (row["line"], row["content"]) == ("2", "1")
    assert "posted before with other goods" in row["reason"]


def test_the_rejects_go_where_they_are_wanted(tmp_path: Path) -> None:
    file = written(tmp_path / "lines.csv", line("1", 1), line("2", 0))
    rejects = tmp_path / "lists" / "rejects.csv"
    replay(file, tmp_path / "home", "--rejects", str(rejects))
    assert "the quantity is zero" in rejects.read_text("utf-8")


def test_without_json_people_read_a_table(tmp_path: Path) -> None:
    file = written(tmp_path / "lines.csv", line("1", 1), line("2", 0))
    run = paragon("replay", str(file), "--home", str(tmp_path / "home"))
    assert run.returncode == 0
    assert run.stderr == ""
    for words in ("invoices", "rejected lines", "differences", "rejects.csv", "head office agree"):
        assert words in run.stdout, words


def test_the_summary_is_one_line_of_json(tmp_path: Path) -> None:
    file = written(tmp_path / "lines.csv", line("1", 1))
    run = paragon("replay", str(file), "--home", str(tmp_path / "home"), "--json")
    assert len(run.stdout.splitlines()) == 1
    assert json.loads(run.stdout)["differences"] == 0
