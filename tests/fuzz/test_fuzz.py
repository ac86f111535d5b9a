"""Bytes from outside are answered with a value or a fault of the reader's own, soon, in little
memory; and what would not be so is noticed."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.running import MAX_GROWTH_BYTES, made_input, run
from tests.fuzz.targets import Target, targets

ROOT = Path(__file__).resolve().parents[2]
INPUTS = 20_000


def test_twenty_thousand_inputs_are_answered() -> None:
    # In a process of its own: the limit on memory is the process's.
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--inputs", str(INPUTS), "--seed", "7", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["findings"] == []
    assert done.returncode == 0
    assert told["growth_bytes"] < MAX_GROWTH_BYTES
    answers = told["answers"]
    assert sum(sum(tally.values()) for tally in answers.values()) == INPUTS
    # Inputs that never get past the first check would prove nothing, and neither would good ones.
    for name, tally in answers.items():
        assert tally["good"] > 0, name
        assert tally["refused"] + tally["faults"] > 0, name


def _hang(_data: bytes) -> bool:
    time.sleep(60)
    return True


def _hoard(data: bytes) -> bool:
    return len(bytes(2 * MAX_GROWTH_BYTES) + data) > 0


def _stumble(data: bytes) -> bool:
    return {"known": True}[data.decode("latin-1")]


@pytest.mark.parametrize(
    ("read", "what"),
    [(_hang, "no answer in"), (_hoard, "it asked for more than 64 MB"), (_stumble, "KeyError")],
)
def test_a_reader_that_breaks_its_word_is_found(read: Callable[[bytes], bool], what: str) -> None:
    broken = Target("broken", read, (ValueError,), lambda dice: dice.randbytes(3))
    outcome = run([broken], inputs=1, seed=1)
    assert [finding.what[: len(what)] for finding in outcome.findings] == [what]


def test_an_input_can_be_made_again() -> None:
    for target in targets():
        assert made_input(target, 3, 5) == made_input(target, 3, 5)
