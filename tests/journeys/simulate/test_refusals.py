"""What cannot be simulated is said in a sentence, with the row where there is one."""

import gzip
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sync_server.__main__ import main
from tests.journeys.simulate.conftest import example, paragon_server
from tests.journeys.simulate.made_sales import COLUMNS

HEADER = ",".join(COLUMNS)
ROW = "536365,85123A,LANTERN,6,2026-12-01 08:26:00,2.55,17850.0,United Kingdom"


Refused = Callable[..., str]


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """The sentence that a simulation ends with; no traceback, and exit code 2."""

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["paragon-server", "programme", "simulate", *words])
        monkeypatch.setattr(os, "umask", lambda _mask: 0)
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert (ended.value.code, said.out) == (2, ""), said
        assert "Traceback" not in said.err
        return " ".join(said.err.split())

    return run


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty or has no header."),
        (f"{HEADER.replace('UnitPrice', 'Price')}\n{ROW}\n", "has no column UnitPrice."),
        (f"{HEADER}\n", "is a sale."),
        (f"{HEADER}\n{ROW.replace('2.55', 'free')}\n", "line 2: the price is not a number."),
        (f"{HEADER},Currency\n{ROW},EUR\n", "line 2: the amount is in EUR, not in GBP."),
        (
            f"{HEADER}\n{ROW}\n{ROW.replace('536365', '7').replace('2026', '1999')}\n",
            "The sales are spread over more than 240 months.",
        ),
    ],
)
def test_a_file_that_is_none_is_refused(
    refused: Refused, tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(text, "utf-8")
    assert sentence in refused(str(example("classic", tmp_path)), "--sales", str(path))


def test_a_file_that_is_not_there_or_is_cut_off_is_refused(
    refused: Refused, tmp_path: Path
) -> None:
    classic = str(example("classic", tmp_path))
    assert "cannot be read: No such file" in refused(classic, "--sales", "gone.csv")
    path = tmp_path / "sales.csv.gz"
    path.write_bytes(gzip.compress(f"{HEADER}\n{ROW * 99}".encode())[:60])
    assert "cut off or damaged" in refused(classic, "--sales", str(path))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--sales", "ledger"), "Name it with --home."),
        (("--margin", "0"), "--margin '0' is no percentage."),
        (("--margin", "101"), "--margin '101' is no percentage."),
        (("--uplift", "5,much"), "--uplift 'much' is no percentage."),
        (("--uplift", ",".join(["5"] * 21)), "--uplift names more than 20."),
        (("--uplift", "1.005"), "at most two decimals."),
        (("--timezone", "Atlantis"), "There is no time zone 'Atlantis'."),
        (("--html", "gone/page.html"), "gone/page.html cannot be written"),
        (("--home", "gone"), "paragon-server found"),
    ],
)
def test_options_that_cannot_be_are_refused(
    refused: Refused, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(f"{HEADER}\n{ROW}\n", "utf-8")
    classic = str(example("classic", tmp_path))
    assert sentence in refused(classic, "--sales", str(path), *options)


def test_two_currencies_are_not_held_against_each_other(refused: Refused, tmp_path: Path) -> None:
    classic = example("classic", tmp_path)
    other = tmp_path / "other.toml"
    other.write_text(classic.read_text("utf-8").replace('"GBP"', '"JPY"').replace(".00", ""))
    path = tmp_path / "sales.csv"
    path.write_text(f"{HEADER}\n{ROW}\n", "utf-8")
    told = refused(str(classic), "--sales", str(path), "--against", str(other))
    assert "classic@1 is in GBP, and classic@1 is in JPY." in told


def test_lines_that_are_no_sale_are_counted_and_named(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    bad = ROW.replace(",6,", ",-6,")
    path.write_text("\n".join([HEADER, ROW, *[bad] * 30, ""]), "utf-8")
    words = ("programme", "simulate", str(example("classic", tmp_path)), "--sales", str(path))
    told = json.loads(paragon_server(*words, "--json").stdout)
    assert told["left_out"] == 30
    assert len(told["left_out_first"]) == 20
    assert told["left_out_first"][0]["where"] == "line 3"
    spoken = paragon_server(*words).stdout
    assert "line 3: a stock correction, not a sale: the quantity is below 0" in spoken
    assert "What was taken for granted:" in spoken
