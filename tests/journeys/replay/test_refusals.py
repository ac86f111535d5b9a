"""What a replay will not do, it says in a sentence, and it leaves things as they were."""

import gzip
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.replay.conftest import Replayed, command, paragon, replay


def refused(*words: str) -> str:
    run = paragon("replay", *words)
    assert run.returncode == 2, run.stdout + run.stderr
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    assert run.stderr.startswith("paragon: ")
    assert len(run.stderr.splitlines()) == 1
    return run.stderr


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"a;b;c\n1;2;3\n", "has no column"),
        (gzip.compress(b"InvoiceNo," * 500)[:40], "cut off or damaged"),
        (b"InvoiceNo\xff\xfe\n", "is not UTF-8"),
    ],
    ids=["empty", "other columns", "cut off", "not UTF-8"],
)
def test_a_file_that_is_none_leaves_no_trace(tmp_path: Path, data: bytes, sentence: str) -> None:
    file, home = tmp_path / "lines.csv", tmp_path / "home"
    file.write_bytes(data)
    assert sentence in refused(str(file), "--home", str(home))
    assert not home.exists()


def test_a_file_without_one_good_line_is_an_empty_day(tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    file.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "1,A,B,0,2010-12-01 08:26:00,1.0,,UK\n"
    )
    summary = replay(file, tmp_path / "home").summary
    assert (summary["invoices"], summary["rejected_lines"], summary["entries"]) == (0, 1, 0)
    assert summary["differences"] == 0


def test_a_home_keeps_to_what_it_began_with(made_file: Path, once: Replayed) -> None:
    home = ("--home", str(once.home))
    assert "begun with --terminals 3, not 2" in refused(str(made_file), *home, "--terminals", "2")
    assert "--timezone" in refused(str(made_file), *home, "--timezone", "Europe/Warsaw")
    server = ("--server", "http://127.0.0.1:9")
    assert "--server its own" in refused(str(made_file), *home, *server)


def test_another_programme_is_not_slipped_in(
    made_file: Path, once: Replayed, tmp_path: Path
) -> None:
    programme = tmp_path / "double.toml"
    programme.write_text(
        'name = "double"\nversion = 1\ncurrency = "GBP"\n[earning]\nper = "1.00"\npoints = 2\n'
    )
    options = ("--home", str(once.home), "--programme", str(programme))
    assert "--programme" in refused(str(made_file), *options)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("name = 1", "name"), ("not toml", "is not TOML"), ('name = "a"', "version is missing")],
)
def test_a_malformed_programme_is_refused(
    made_file: Path, tmp_path: Path, text: str, sentence: str
) -> None:
    programme = tmp_path / "draft.toml"
    programme.write_text(text)
    home = tmp_path / "home"
    told = refused(str(made_file), "--home", str(home), "--programme", str(programme))
    assert sentence in told
    assert not home.exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--timezone", "Mars/Olympus"), "no time zone"),
        (("--printer", "ftp://printer"), "is no kind of printer"),
        (("--server", "http://127.0.0.1:9"), "no code for it"),
        (("--server", "http://127.0.0.1:9", "--code", "X"), "does not answer"),
        (("--server", "http://10.0.0.1"), "in the open"),
        (("--server", "http://127.0.0.1:9", "--programme", "x.toml"), "head office's own"),
        (("--programme", "gone.toml"), "cannot be read"),
    ],
)
def test_an_option_that_cannot_be_is_a_sentence(
    made_file: Path, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refused(str(made_file), "--home", str(tmp_path / "home"), *options)


def test_fresh_removes_no_folder_but_a_replays(made_file: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    told = refused(str(made_file), "--home", str(tmp_path), "--fresh")
    assert "is no replay's folder" in told
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_two_replays_do_not_share_a_home(made_file: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with closing(sqlite3.connect(home / "replay.lock", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "Another replay is at work" in refused(str(made_file), "--home", str(home))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_head_office_ends_with_a_killed_replay(made_file: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = subprocess.Popen(
        command("replay", str(made_file), "--home", str(home), "--json"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    said = home / "head-office" / "head_office.out"
    deadline = time.monotonic() + 60
    while not (said.exists() and said.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert children
    process.send_signal(signal.SIGKILL)
    process.wait()
    while any(is_alive(int(child)) for child in children):
        assert time.monotonic() < deadline, "the server outlives its replay"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
