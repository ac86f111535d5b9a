"""A chain that sold simulates with its own sales, and comes to what their file comes to."""

from pathlib import Path

import pytest

from tests.journeys.replay.conftest import replay
from tests.journeys.simulate.conftest import example, paragon_server, simulated
from tests.journeys.simulate.made_sales import write_sales


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A file of sales and the head office of the chain that rang them up."""
    folder = tmp_path_factory.mktemp("sold")
    file = write_sales(folder / "sold.csv.gz", invoices=150)
    replay(file, folder / "home", "--printer", "none", "--terminals", "2")
    return file, folder / "home" / "head-office"


@pytest.mark.parametrize("programme", ["classic", "supermarket"])
def test_the_books_and_the_file_come_to_the_same(
    sold: tuple[Path, Path], programme: str, tmp_path: Path
) -> None:
    file, home = sold
    draft = example(programme, tmp_path)
    of_books = simulated(draft, "ledger", "--home", str(home))
    of_file = simulated(draft, file, "--against", str(example("classic", tmp_path)))
    for part in ("lines", "months", "total", "at_the_end", "economics", "deciles", "members"):
        assert of_books[part] == of_file[part], part
    assert of_books["total"]["points"]["points"]["issued"] > 0
    # Without --against it is held against the programme that the chain sells under.
    assert of_books["present"] == of_file["present"]
    changes = [
        [one["change_minor"] for one in told["comparison"]["winners"]]
        for told in (of_books, of_file)
    ]
    assert changes[0] == changes[1]


def test_nothing_is_written_into_the_books(sold: tuple[Path, Path], tmp_path: Path) -> None:
    _, home = sold
    books = home / "server.sqlite"
    before = books.read_bytes()
    draft = str(example("supermarket", tmp_path))
    page = tmp_path / "draft.html"
    run = paragon_server(
        *("programme", "simulate", draft, "--sales", "ledger", "--home", str(home)),
        *("--html", str(page)),
    )
    assert run.returncode == 0, run.stderr
    assert "Against classic@1" in run.stdout
    assert str(page) in run.stdout.splitlines()[-1]
    assert books.read_bytes() == before
