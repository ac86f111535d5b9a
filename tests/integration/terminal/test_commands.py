"""`paragon` as a shop types it: a process of its own, sentences for people, JSON for machines."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from loyalty.receipt_files.rows import COLUMNS
from terminal_app.commands.speaking import EXIT_FAULT
from terminal_app.config import CONFIG_FILE, LOG_FILE, STORE_FILE, TillConfig, load_config
from tests.integration.terminal.head_office import ROOT, HeadOffice
from tests.unit.terminal.counter import NOWHERE, faults_of, found_till

TIMEOUT_S = 60


def paragon(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run `paragon` with `words` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "terminal_app", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": "error", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def refusal(*words: str) -> str:
    """The sentence with which `paragon` refuses `words`."""
    done = paragon(*words)
    assert (done.returncode, done.stdout) == (EXIT_FAULT, ""), done
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("paragon: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_till_from_setup_to_status(office: HeadOffice, tmp_path: Path) -> None:
    home = tmp_path / "till"
    code = office.codes["KRK-1"]
    done = paragon(
        *("setup", "--server", office.url, "--code", code, "--home", str(home)),
        *("--printer", "sim:?width=58", "--language", "pl"),
    )
    assert done.returncode == 0, done.stderr
    assert "terminal KRK-1 of Paragon Gifts, branch Kraków" in done.stdout
    assert code not in done.stdout
    assert load_config(home) == TillConfig(printer="sim:?width=58", language="pl")
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / STORE_FILE).stat().st_mode & 0o777 == 0o600

    synced = json.loads(paragon("sync", "--home", str(home), "--json").stdout)
    # What head office knows came with the setup.
    assert (synced["entries"], synced["changes"], synced["rounds"]) == (0, 0, 1)
    assert "changes heard" in paragon("sync", "--home", str(home)).stdout

    status = json.loads(paragon("status", "--home", str(home), "--json").stdout)
    assert (status["terminal"], status["branch"], status["shop"]) == (
        "KRK-1",
        "Kraków",
        "Paragon Gifts",
    )
    assert (status["currency"], status["unsent"], status["waiting_jobs"]) == ("GBP", 0, 0)
    assert status["heard_at_ms"] > 0
    spoken = paragon("status", "--home", str(home)).stdout
    assert "terminal KRK-1" in spoken
    assert "entries not yet confirmed: 0" in spoken


def test_a_home_is_set_up_once(office: HeadOffice, tmp_path: Path) -> None:
    home = tmp_path / "till"
    words = ("setup", "--server", office.url, "--home", str(home), "--code")
    assert paragon(*words, office.codes["KRK-1"]).returncode == 0
    before = (home / CONFIG_FILE).read_bytes()
    said = refusal(*words, office.codes["KRK-2"], "--language", "ru")
    assert "is already terminal KRK-1 of Paragon Gifts" in said
    assert (home / CONFIG_FILE).read_bytes() == before


@pytest.mark.parametrize(
    "code", ["AAAA-BBBB-CCCC", "", "x" * 500, "żółć"], ids=["other", "empty", "long", "letters"]
)
def test_a_wrong_code_is_refused_and_another_may_be_tried(
    office: HeadOffice, tmp_path: Path, code: str
) -> None:
    home = tmp_path / "till"
    words = ("setup", "--server", office.url, "--home", str(home), "--code")
    assert "code" in refusal(*words, code).lower()
    assert "There is no till" in refusal("status", "--home", str(home))
    assert paragon(*words, office.codes["KRK-1"]).returncode == 0


def test_a_code_is_good_once(office: HeadOffice, tmp_path: Path) -> None:
    words = ("setup", "--server", office.url, "--code", office.codes["KRK-1"], "--home")
    assert paragon(*words, str(tmp_path / "one")).returncode == 0
    assert "code" in refusal(*words, str(tmp_path / "two")).lower()
    assert paragon("sync", "--home", str(tmp_path / "one")).returncode == 0


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (NOWHERE, "does not answer"),
        ("http://loyalty.example.com", "would send members' data in the open"),
        ("loyalty.example.com", "is no address of a head office"),
        ("ftp://127.0.0.1", "is no address of a head office"),
        ("http://[half", "is no address of a head office"),
        ("http://127.0.0.1:99999", "is no address of a head office"),
    ],
)
def test_a_server_that_is_none(tmp_path: Path, server: str, said: str) -> None:
    words = ("setup", "--server", server, "--code", "A", "--home", str(tmp_path / "till"))
    assert said in refusal(*words)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--printer", "laser://x", "is no kind of printer"),
        ("--scanner", "usb:1", "is no kind of scanner"),
    ],
)
def test_a_setup_that_makes_no_sense_spends_no_code(
    tmp_path: Path, option: str, value: str, said: str
) -> None:
    home = tmp_path / "till"
    words = ("setup", "--server", NOWHERE, "--code", "A", "--home", str(home), option, value)
    assert said in refusal(*words)
    assert not home.exists()


@pytest.mark.parametrize("command", ["status", "sync", "agent", "till", "kiosk"])
def test_a_folder_without_a_till_is_told_what_to_do(tmp_path: Path, command: str) -> None:
    said = refusal(command, "--home", str(tmp_path))
    assert "There is no till" in said
    assert "paragon setup" in said


@pytest.mark.parametrize("home", ["/etc/passwd", "/proc/nope"])
@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("till",),
        ("agent",),
        ("demo",),
        ("setup", "--server", NOWHERE, "--code", "A"),
        ("replay", "lines.csv"),
    ],
    ids=lambda words: words[0],
)
def test_a_home_that_cannot_be_is_a_sentence(
    tmp_path: Path, home: str, words: tuple[str, ...]
) -> None:
    if words[0] == "replay":
        words = ("replay", str(empty_day(tmp_path)))
    assert home in refusal(*words, "--home", home)


def empty_day(folder: Path) -> Path:
    file = folder / "lines.csv"
    file.write_text(",".join(COLUMNS) + "\n")
    return file


def test_a_rejects_file_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    words = ("replay", str(empty_day(tmp_path)), "--home", str(tmp_path / "home"), "--rejects")
    folder = tmp_path / "folder"
    folder.mkdir()
    for rejects in ("/proc/nope/x.csv", str(folder)):
        assert rejects.removesuffix("/x.csv") in refusal(*words, rejects)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "home", "lines.csv"]
    assert "Traceback" in (tmp_path / "home" / LOG_FILE).read_text()


@pytest.mark.parametrize("port", ["99999", "-5"])
def test_a_port_that_cannot_be_is_refused(tmp_path: Path, port: str) -> None:
    found_till(tmp_path)
    done = paragon("agent", "--home", str(tmp_path), "--port", port)
    assert (done.returncode, done.stdout) == (EXIT_FAULT, "")
    assert "or equal to" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_configuration_that_cannot_be_written_spends_no_code(
    office: HeadOffice, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    (blocked / CONFIG_FILE).mkdir(parents=True)
    words = ("setup", "--server", office.url, "--code", office.codes["KRK-1"], "--home")
    assert CONFIG_FILE in refusal(*words, str(blocked))
    assert paragon(*words, str(tmp_path / "till")).returncode == 0


@pytest.mark.parametrize("key", ["identity", "sync"])
def test_settings_that_cannot_be_read_are_a_sentence(tmp_path: Path, key: str) -> None:
    found_till(tmp_path)
    with closing(sqlite3.connect(tmp_path / STORE_FILE)) as raw:
        raw.execute("INSERT OR REPLACE INTO settings VALUES (?, x'ff')", (key,))
        raw.commit()
    assert "cannot be read" in refusal("status", "--home", str(tmp_path))


@pytest.mark.parametrize("command", ["status", "sync", "agent"])
def test_a_time_zone_that_the_disk_changed_is_a_sentence(tmp_path: Path, command: str) -> None:
    found_till(tmp_path)
    with closing(sqlite3.connect(tmp_path / STORE_FILE)) as raw:
        [(kept,)] = raw.execute("SELECT value FROM settings WHERE key = 'identity'").fetchall()
        flipped = kept.replace(b"Europe/", b"Exrope/")
        raw.execute("UPDATE settings SET value = ? WHERE key = 'identity'", (flipped,))
        raw.commit()
    said = refusal(command, "--home", str(tmp_path))
    assert "The till's database is damaged: it names the time zone 'Exrope/" in said


@pytest.mark.parametrize("command", ["status", "sync", "agent", "till", "kiosk"])
def test_a_configuration_that_is_wrong_is_named(tmp_path: Path, command: str) -> None:
    found_till(tmp_path)
    (tmp_path / CONFIG_FILE).write_text('language = "xx"')
    assert f"{tmp_path / CONFIG_FILE}: language" in refusal(command, "--home", str(tmp_path))


def test_a_sync_without_a_line_says_so_and_loses_nothing(tmp_path: Path) -> None:
    found_till(tmp_path)
    said = refusal("sync", "--home", str(tmp_path))
    assert "does not answer" in said
    assert "The till works on" in said


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / STORE_FILE).write_bytes(b"x" * 5000)
    assert "is damaged" in refusal("status", "--home", str(tmp_path))


def test_the_agents_port_may_be_taken(tmp_path: Path) -> None:
    found_till(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        said = refusal("agent", "--home", str(tmp_path), "--port", port)
    assert f"Port {port} on this machine is taken" in said
    assert "--port" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_agent_serves_until_it_is_told_to_end(tmp_path: Path, number: signal.Signals) -> None:
    found_till(tmp_path)
    agent = subprocess.Popen(
        [sys.executable, "-m", "terminal_app", "agent", "--home", str(tmp_path), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert agent.stdout is not None
    line = agent.stdout.readline().strip()
    assert line.startswith("listening on http://127.0.0.1:")
    url = line.removeprefix("listening on ")
    sale = {"sale": "1", "lines": [{"amount_minor": 500}]}
    assert httpx.post(f"{url}/v1/sales", json=sale).json()["repeated"] is False
    assert httpx.get(f"{url}/health").json()["unsent"] == 1
    agent.send_signal(number)
    out, err = agent.communicate(timeout=TIMEOUT_S)
    assert (out, err) == ("", "")
    assert agent.returncode in (0, 130)
    # Closed in good order: what was in the log beside the database is in it.
    assert not (tmp_path / f"{STORE_FILE}-wal").exists()
    assert faults_of(tmp_path) == []


def test_the_agents_answers_come_at_once(tmp_path: Path) -> None:
    """A socket that gathers small answers would hold each back for 40 ms."""
    import time
    from statistics import median

    found_till(tmp_path)
    agent = subprocess.Popen(
        [sys.executable, "-m", "terminal_app", "agent", "--home", str(tmp_path), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert agent.stdout is not None
    url = agent.stdout.readline().strip().removeprefix("listening on ")
    times = []
    with httpx.Client(base_url=url) as pos:
        for number in range(40):
            sale = {"sale": str(number), "lines": [{"amount_minor": 500}]}
            begun = time.perf_counter()
            assert pos.post("/v1/sales", json=sale).status_code == 200
            times.append(time.perf_counter() - begun)
    agent.terminate()
    agent.communicate(timeout=TIMEOUT_S)
    assert median(times) < 0.03
