"""A chain under one of the programmes that ship, with its goods, served as in a shop."""

from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import pytest

from tests.integration.terminal.head_office import HeadOffice, found_under

GOODS = {
    "COF-1": ("Flat white", "16.00", "coffee", ""),
    "CAKE": ("Cheesecake", "18.00", "cakes", ""),
    "BREAD": ("Rye bread", "8.90", "bakery", ""),
    "APPLES": ("Apples 1 kg", "12.00", "fruit", ""),
    "SMOKES": ("Cigarettes", "20.00", "tobacco", ""),
    "OIL": ("Olive oil", "10.00", "food", "own-brand"),
    "TV": ("Television", "1000.00", "electronics", ""),
    "COAT": ("Winter coat", "4000.00", "clothes", ""),
    "SCARF": ("Scarf", "999.99", "clothes", "sale"),
    "RX-1": ("Antibiotic", "40.00", "prescription", "rx"),
    "CREAM": ("Hand cream", "25.00", "skin-care", ""),
    "T-SAW": ("Hand saw", "120.00", "tools", ""),
    "PALLET": ("Pallet", "15.00", "transport", ""),
}
"""By article number: description, price, category and tags."""

Founded = Callable[[str], HeadOffice]


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Founded]:
    """Founds and serves a chain under the example of a name; all are stopped in the end."""
    served: list[HeadOffice] = []

    def under(example: str) -> HeadOffice:
        products = tmp_path / "products.csv"
        rows = (f"{code},{','.join(row)}" for code, row in GOODS.items())
        products.write_text("\n".join(("code,description,price,category,tags", *rows)), "utf-8")
        shipped = resources.files("loyalty.programme").joinpath(f"examples/{example}.toml")
        document = tmp_path / f"{example}.toml"
        document.write_text(shipped.read_text("utf-8"), "utf-8")
        office = found_under(tmp_path / "office", document, "--products", str(products))
        office.start()
        served.append(office)
        return office

    yield under
    for office in served:
        office.stop()
