"""`paragon demo` as a newcomer without a terminal runs it."""

import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from terminal_app.commands.ledger import app
from terminal_app.demo import cast

TIMEOUT_S = 110


def demo(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "terminal_app", "demo", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=TIMEOUT_S,
    )


def test_a_scripted_day_ends_in_agreement(tmp_path: Path) -> None:
    run = demo("--home", str(tmp_path / "chain"))
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stderr == ""
    said = run.stdout
    for words in (
        "Anna Kowalska buys for",
        "and a voucher of 5.00 comes out",
        "pays 5.00 with a voucher",
        "a voucher is refused: voucher spent",
        "a voucher is refused: voucher forged",
        "Ольга Иванова brings back",
        "nothing is posted twice",
        "Head office loses its power",
        "Jan Nowak becomes a member",
        "Head office is back",
        "Every till and head office agree on every balance.",
    ):
        assert words in said, words
    assert "[QR PV1:" in said, "no voucher stands on the paper that is shown"
    for terminal, _ in cast.TILLS:
        home = tmp_path / "chain" / terminal
        assert CliRunner().invoke(app, ["verify", "--home", str(home)]).exit_code == 0


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    run = demo("--home", str(tmp_path))
    assert run.returncode == 2
    assert "is not empty" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
