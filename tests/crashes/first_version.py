"""Homes that the first version left behind: two tills with entries that were never sent.

The files in `tests/fixtures/first_version` were written by that version's own code, with the line
down since their last sync: 29 and 31 entries, vouchers issued and paid with among them.
"""

import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from terminal_app.replay.head_office import HeadOffice
from tests.crashes.chains import Chain
from tests.crashes.selling import Confirmed, Told
from tests.crashes.tills import ROOT, TillProcess

FIXTURES = ROOT / "tests" / "fixtures" / "first_version"
TILLS = ("KRK-1", "WAW-1")
SERVER_TOML = 'database = "sqlite:///{database}"\nhost = "127.0.0.1"\nport = 0\n'


def unpacked(name: str, target: Path) -> Path:
    """The recorded file `name` as the file `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.decompress((FIXTURES / f"{name}.gz").read_bytes()))
    return target


def recorded() -> dict[str, Any]:
    """What the tills had answered, and how many entries each had not sent."""
    told: dict[str, Any] = json.loads((FIXTURES / "answers.json").read_text("utf-8"))
    return told


def told_before() -> Told:
    """The answers of the first version, as the POS of this one remember them."""
    told = Told()
    for till, answers in recorded()["answers"].items():
        for reference, said in answers.items():
            answer = {
                "points": said["points"],
                "points_redeemed": said["redeemed"],
                "vouchers": [{"number": number} for number in said["vouchers"]],
            }
            told.confirmed.append(Confirmed(till, {"sale": reference}, answer))
    return told


def office_of(folder: Path) -> HeadOffice:
    """Head office as the first version left it; it does not serve yet."""
    database = unpacked("office.sqlite", folder / "office" / "server.sqlite")
    (folder / "office" / "server.toml").write_text(SERVER_TOML.format(database=database), "utf-8")
    return HeadOffice(folder / "office")


def chain_of(folder: Path, office: HeadOffice) -> Chain:
    """The tills as the first version left them, beside an `office` that serves."""
    tills = []
    for name in TILLS:
        path = unpacked(f"{name}.sqlite", folder / "tills" / name / "till.sqlite")
        _point_to(path, office.url)
        tills.append(TillProcess(name, path.parent))
    return Chain(office, tills)


def _point_to(path: Path, url: str) -> None:
    """Head office was on another port of the machine that it was recorded on."""
    connection = sqlite3.connect(path)
    try:
        query = "SELECT value FROM settings WHERE key = 'identity'"
        identity = msgspec.msgpack.decode(connection.execute(query).fetchone()[0])
        identity["server_url"] = url
        connection.execute(
            "UPDATE settings SET value = ? WHERE key = 'identity'",
            (msgspec.msgpack.encode(identity),),
        )
        connection.commit()
    finally:
        connection.close()
