"""Simulations as a user runs them: a process of their own, its words and its exit code."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.simulate.made_sales import write_sales

TIMEOUT_S = 110
EXAMPLES = Path(__file__).resolve().parents[3] / "loyalty" / "programme" / "examples"


def paragon_server(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "sync_server", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=TIMEOUT_S,
        stdin=subprocess.DEVNULL,
    )


def simulated(programme: Path, sales: Path | str, *options: str) -> dict[str, Any]:
    """What a simulation tells, which must be a good one."""
    words = ("programme", "simulate", str(programme), "--sales", str(sales), "--json", *options)
    run = paragon_server(*words)
    assert run.returncode == 0, run.stderr + run.stdout
    assert run.stderr == ""
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def example(name: str, folder: Path) -> Path:
    """The shipped example, with its amounts in the currency of the sales."""
    lines = (EXAMPLES / f"{name}.toml").read_text("utf-8").splitlines()
    path = folder / f"{name}.toml"
    path.write_text(
        "\n".join('currency = "GBP"' if line.startswith("currency") else line for line in lines),
        "utf-8",
    )
    return path


@pytest.fixture(scope="session")
def made_sales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seventeen months of a made-up shop."""
    return write_sales(tmp_path_factory.mktemp("sales") / "made.csv.gz")
