"""Figures of a run: what was measured, the floor it is held against, and how they are shown."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was measured, in `unit`, beside the same work done barely (None: no floor).

    `ratio` is measured by floor: above 1 is good for a rate, below 1 for a time or a size.
    """

    name: str
    measured: float
    unit: str
    floor: float | None = None
    aim: str = ""

    @property
    def ratio(self) -> float | None:
        """Measured by floor; None without a floor, or one too small for its clock to see."""
        return self.measured / self.floor if self.floor else None


class Report(msgspec.Struct, frozen=True):
    """A whole run."""

    benchmark: str
    command: str
    machine: str
    date: str
    figures: tuple[Figure, ...]


def report(benchmark: str, command: str, figures: list[Figure]) -> Report:
    """The report of a run that ended now on this machine."""
    today = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Report(benchmark, command, machine(), today, tuple(figures))


def machine() -> str:
    """The processor, its cores, the memory and the Python that figures belong to."""
    facts = dict(
        line.split(":", 1)
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith(("model name", "siblings"))
    )
    model = next((value.strip() for key, value in facts.items() if "model" in key), "unknown")
    cores = Path("/proc/cpuinfo").read_text().count("\nprocessor") + 1
    memory = Path("/proc/meminfo").read_text().split()[1]
    return (
        f"{model}, {cores} cores, {int(memory) / 1024**2:.0f} GiB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of `values` lie below."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def as_json(done: Report) -> str:
    """The report for machines; each figure carries its ratio."""
    told = msgspec.to_builtins(done)
    for row, figure in zip(told["figures"], done.figures, strict=True):
        row["ratio"] = figure.ratio
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode()


def as_text(done: Report) -> str:
    """The report for people: ratios first."""
    lines = [f"{done.benchmark}: {done.command}", f"{done.date}; {done.machine}", ""]
    lines.append(f"{'ratio':>7}  {'measured':>12}  {'floor':>12}  what")
    for figure in done.figures:
        ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
        floor = _short(figure.floor) if figure.floor is not None else ""
        aim = f"  (aim: {figure.aim})" if figure.aim else ""
        lines.append(
            f"{ratio:>7}  {_short(figure.measured):>12}  {floor:>12}  "
            f"{figure.name}, {figure.unit}{aim}"
        )
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.3g}"
