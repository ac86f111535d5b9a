"""Feeding a reader inputs and holding it to its word: an answer, soon, in little memory."""

import base64
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import msgspec

from tests.fuzz.targets import Target

MAX_GROWTH_BYTES = 64 << 20
MAX_INPUT_S = 2.0
MAX_FINDINGS = 20
MAX_SHOWN_BYTES = 400


class Hung(BaseException):
    """An input that was not answered in time; no reader may take it for a fault of its own."""


class Finding(msgspec.Struct, frozen=True):
    """An input that was not answered as it should: which one, and what came of it."""

    target: str
    number: int
    what: str
    size: int
    begins: str


class Tally(msgspec.Struct):
    """How a target answered: with values, with refusals (a value too), with its own faults."""

    good: int = 0
    refused: int = 0
    faults: int = 0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run. `growth_bytes` is how far memory grew over what the process began with."""

    inputs: int
    seed: int
    seconds: float
    slowest_ms: float
    growth_bytes: int
    answers: dict[str, Tally]
    findings: tuple[Finding, ...]


def run(targets: Sequence[Target], inputs: int, seed: int) -> Outcome:
    """Feed `inputs` inputs, turn by turn to each of `targets`.

    Input `number` of a run depends on `seed` and `number` alone, so any one can be made again.
    The process may not grow by more than MAX_GROWTH_BYTES; an input that would make it do so ends
    in MemoryError, which is a finding like any other.
    """
    answers = {target.name: Tally() for target in targets}
    findings: list[Finding] = []
    slowest_s = 0.0
    began_peak, began = _peak_bytes(), time.perf_counter()
    with _watched(), _little_memory():
        for number in range(inputs):
            target = targets[number % len(targets)]
            data = made_input(target, seed, number)
            input_began = time.perf_counter()
            what = _answered(target, data, answers[target.name])
            slowest_s = max(slowest_s, time.perf_counter() - input_began)
            if what:
                shown = base64.b64encode(data[:MAX_SHOWN_BYTES]).decode()
                findings.append(Finding(target.name, number, what, len(data), shown))
                if len(findings) >= MAX_FINDINGS:
                    break
    return Outcome(
        inputs=inputs,
        seed=seed,
        seconds=time.perf_counter() - began,
        slowest_ms=slowest_s * 1_000,
        growth_bytes=_peak_bytes() - began_peak,
        answers=answers,
        findings=tuple(findings),
    )


def made_input(target: Target, seed: int, number: int) -> bytes:
    """Input `number` of the run with `seed`."""
    return target.make(random.Random(f"{seed} {number}"))


def _answered(target: Target, data: bytes, tally: Tally) -> str:
    """What was wrong with the answer, or nothing."""
    signal.setitimer(signal.ITIMER_REAL, MAX_INPUT_S)
    try:
        if target.read(data):
            tally.good += 1
        else:
            tally.refused += 1
    except target.faults:
        tally.faults += 1
    except Hung:
        return f"no answer in {MAX_INPUT_S} s"
    except MemoryError:
        return f"it asked for more than {MAX_GROWTH_BYTES >> 20} MB"
    except Exception as fault:
        return f"{type(fault).__name__}: {fault}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return ""


@contextmanager
def _watched() -> Iterator[None]:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Hung

    kept = signal.signal(signal.SIGALRM, ring)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, kept)


@contextmanager
def _little_memory() -> Iterator[None]:
    """Let this process grow by MAX_GROWTH_BYTES and no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_mapped_bytes() + MAX_GROWTH_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _mapped_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def as_text(outcome: Outcome) -> str:
    """The run for people."""
    lines = [
        f"{outcome.inputs:,} inputs, seed {outcome.seed}, in {outcome.seconds:.0f} s; slowest "
        f"{outcome.slowest_ms:.0f} ms; memory grew by {outcome.growth_bytes / (1 << 20):.1f} MB",
        f"{'target':16} {'good':>9} {'refused':>9} {'faults':>9}",
    ]
    for name, tally in outcome.answers.items():
        lines.append(f"{name:16} {tally.good:9,} {tally.refused:9,} {tally.faults:9,}")
    for finding in outcome.findings:
        lines.append(
            f"FOUND input {finding.number} ({finding.target}, {finding.size} bytes): "
            f"{finding.what}\n      {finding.begins}"
        )
    lines.append("nothing found" if not outcome.findings else f"{len(outcome.findings)} found")
    return "\n".join(lines)


def tell(outcome: Outcome) -> None:
    """Print the run as JSON for the process that started this one."""
    sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")
