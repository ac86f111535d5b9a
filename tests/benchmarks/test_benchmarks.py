"""The benchmarks run and say what they must: never how fast this machine is."""

import json
import math
from typing import Any

import pytest

from loyalty.programme.awards import award
from loyalty.programme.occasions import Occasion
from tests.benchmarks.__main__ import main
from tests.benchmarks.award import REGULAR, TUESDAY_NOON, basket_of, busy_programme
from tests.benchmarks.figures import Figure, as_json, as_text, report
from tests.benchmarks.made_rows import card, made_members, made_sales


def figures_of(*words: str) -> dict[str, dict[str, Any]]:
    """The figures of a run, by name."""
    told = json.loads(main([*words, "--json"]))
    assert told["command"] == " ".join(["python -m tests.benchmarks", *words, "--json"])
    assert told["machine"]
    for figure in told["figures"]:
        assert math.isfinite(figure["measured"])
        # Linux counts processor time in ticks: a short run's floor may end between two of them.
        floor = figure["floor"]
        assert figure["ratio"] == (pytest.approx(figure["measured"] / floor) if floor else None)
    return {figure["name"]: figure for figure in told["figures"]}


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_a_sync_is_measured_beside_its_floor(store: str) -> None:
    figures = figures_of("sync", "--entries", "1200", "--held", "50", "--store", store)
    assert figures["nothing to sync"]["measured"] == 1
    for name in ("push", "pull by the feed", "push on the wire", "nothing to sync, median"):
        assert figures[name]["measured"] > 0
        assert figures[name]["floor"] > 0
    # The product's frame says little more than the bare one: no seal, no id, no hash an entry.
    assert figures["push on the wire"]["ratio"] < 1.1


def test_a_counter_is_measured_beside_bare_commits() -> None:
    figures = figures_of("till", "--members", "300", "--shoppers", "10")
    for name, figure in figures.items():
        assert figure["measured"] > 0, name
        assert (figure["floor"] is not None) == name.startswith("sale committed")


def test_an_award_is_measured_beside_classics() -> None:
    figures = figures_of("award", "--lines", "4", "--rules", "12", "--rounds", "5")
    assert len(figures) == 4
    for name, figure in figures.items():
        assert figure["measured"] > 0, name
        assert figure["floor"] > 0, name


def test_every_rule_of_the_measured_programme_gives_something() -> None:
    # Else the figure would be of rules that are skipped.
    rung = Occasion(basket=basket_of(20), at=TUESDAY_NOON)
    done = award(busy_programme(30), rung, REGULAR)
    assert [one.rule for one in done.outcomes if one.points == 0] == []


def test_a_simulation_is_measured_beside_bare_sums() -> None:
    figures = figures_of("simulate", "--receipts", "60", "--lines", "4")
    assert len(figures) == 1 + 3
    for name, figure in figures.items():
        assert figure["measured"] > 0, name
        assert figure["floor"] > 0, name


def test_a_fleet_is_measured_against_two_servers() -> None:
    words = ("fleet", "--tills", "10", "--minutes", "0.1", "--every", "1", "--members", "60")
    figures = figures_of(*words)
    assert figures["syncs that failed"]["measured"] == 0
    assert figures["syncs"]["measured"] > 0
    assert figures["tills that join"]["measured"] > 0


def test_both_sides_are_given_the_same_rows() -> None:
    assert list(made_sales(0, 30, 20))[10:] == list(made_sales(10, 20, 20))
    assert len({sale.member_id for sale in made_sales(0, 20, 20)}) == 20
    assert [member.card for member in made_members(3)] == [card(number) for number in range(3)]


def test_a_report_puts_ratios_first() -> None:
    done = report(
        "sync",
        "command",
        [
            Figure(name="push", measured=300, unit="entries/s", floor=400, aim="0.6"),
            Figure(name="size", measured=12_000, unit="bytes"),
        ],
    )
    lines = as_text(done).splitlines()
    assert lines[0] == "sync: command"
    assert lines[-2].split() == ["0.75", "300", "400", "push,", "entries/s", "(aim:", "0.6)"]
    assert lines[-1].split() == ["12,000", "size,", "bytes"]
    assert [figure["ratio"] for figure in json.loads(as_json(done))["figures"]] == [0.75, None]
