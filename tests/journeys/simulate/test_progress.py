"""Progress on a terminal, and nothing of it anywhere else."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.journeys.simulate.conftest import TIMEOUT_S, example
from tests.journeys.simulate.oracle import bought


def test_a_terminal_is_told_how_far_it_is(made_sales: Path, tmp_path: Path) -> None:
    controller, terminal = pty.openpty()
    words = ("programme", "simulate", str(example("classic", tmp_path)), "--sales", str(made_sales))
    with subprocess.Popen(
        [sys.executable, "-m", "sync_server", *words],
        stdout=subprocess.PIPE,
        stderr=terminal,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    ) as process:
        os.close(terminal)
        said, _ = process.communicate(timeout=TIMEOUT_S)
    seen = _all_of(controller).decode()
    assert process.returncode == 0, seen
    assert "What it comes to" in said
    invoices = f"{len(bought(made_sales)):,}"
    assert f"{invoices} of {invoices} receipts" in seen
    assert "receipts" not in said


def _all_of(controller: int) -> bytes:
    """What was written to the terminal; Linux ends it with an error when the writer is gone."""
    seen = b""
    try:
        while part := os.read(controller, 65_536):
            seen += part
    except OSError:
        pass
    os.close(controller)
    return seen
