"""Acceptance by a printer that others wrote: emupos draws our bytes, and zxing-cpp reads its paper.

It needs Python 3.13, so it lives in an environment of its own: PARAGON_EMUPOS_PYTHON names that
environment's Python.
"""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image

from drivers.connect import open_printer
from drivers.documents import Columns, Cut, Document, Feed, QrCode, Rule, Text
from drivers.errors import DeviceNotReady
from drivers.transports.delivery import Delivery
from tests.contract.drivers.benches import until

PYTHON = os.environ.get("PARAGON_EMUPOS_PYTHON", "")
COMPLAINTS = ("skipped unknown bytes", "is not supported")
VOUCHER = "PGN1:7XK2-0123456789ABCDEFGHIJ0123456789ABCDEFGHIJ"

pytestmark = pytest.mark.skipif(
    not PYTHON, reason="PARAGON_EMUPOS_PYTHON names no Python 3.13 that has emupos"
)

RECEIPT = Document(
    (
        Text("Sklep „Żółw”", align="center", bold=True, large=True),
        Text("ul. Święta 5, Łódź", align="center"),
        Rule(),
        Columns("Herbata liściasta", "23,99 zł"),
        Columns("Чай чёрный, Ёлка", "12,50 ₽"),
        Columns("Earl Grey – 100 g", "£4.20"),
        Rule(),
        Columns("Razem / Итого", "36,49", bold=True),
        QrCode(VOUCHER, caption="Bon 5,00 zł"),
        Feed(1),
        Cut(),
    )
)


class Emupos:
    """A running emupos with one printer, and its control interface."""

    def __init__(self, folder: Path) -> None:
        self.port, self._api_port = free_ports(2)
        self._folder = folder
        self._log = folder / "emupos.log"
        self._api = httpx.Client(base_url=f"http://127.0.0.1:{self._api_port}/api/v1", timeout=10)

    def start(self) -> subprocess.Popen[bytes]:
        connection = {"tcp": {"host": "127.0.0.1", "port": self.port}}
        printer = {
            "id": "front",
            "type": "printer",
            "profile": "epson-tm-t20iii",
            "connections": [connection],
            "receipts_dir": "./receipts",
        }
        settings = {"schema": 1, "api": {"port": self._api_port}, "devices": [printer]}
        (self._folder / "emupos.yaml").write_text(json.dumps(settings))
        command = [str(Path(PYTHON).absolute().parent / "emupos"), "run", "--config", "emupos.yaml"]
        with self._log.open("wb") as log:
            return subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log)

    def is_up(self) -> bool:
        try:
            return self._api.get("/devices").is_success
        except httpx.TransportError:
            return False

    def close(self) -> None:
        self._api.close()

    def receipts(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self._api.get("/devices/front/receipts").json()
        return listed

    def latest(self, kind: str) -> bytes:
        return self._api.get(f"/devices/front/receipts/latest/{kind}").content

    def fault(self, name: str, *, active: bool) -> None:
        method = "PUT" if active else "DELETE"
        self._api.request(method, f"/devices/front/faults/{name}").raise_for_status()

    def log(self) -> str:
        return self._log.read_text(errors="replace")


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture
def emupos(tmp_path: Path) -> Iterator[Emupos]:
    printer = Emupos(tmp_path)
    process = printer.start()
    try:
        until(printer.is_up)
        yield printer
    finally:
        process.terminate()
        process.wait(10)
        printer.close()


@pytest.mark.parametrize("options", ["", "&qr=raster"])
def test_a_foreign_printer_shows_what_we_meant(emupos: Emupos, options: str) -> None:
    printer = open_printer(f"escpos+tcp://127.0.0.1:{emupos.port}?width=80{options}")
    assert printer.print(RECEIPT) is Delivery.CONFIRMED
    until(lambda: len(emupos.receipts()) == 1)

    text = emupos.latest("text").decode()
    for line in (
        'Sklep "Żółw"',
        "ul. Święta 5, Łódź",
        "Чай чёрный, Ёлка",
        "12,50 руб.",
        "Bon 5,00 zł",
    ):
        assert line in text
    picture = emupos.latest("image")
    with Image.open(BytesIO(picture)) as image:
        assert image.width == 576
        assert [code.text for code in zxingcpp.read_barcodes(image.convert("L"))] == [VOUCHER]
    if keep := os.environ.get("PARAGON_KEEP_PICTURES"):
        (Path(keep) / f"emupos{options.replace('&', '-')}.png").write_bytes(picture)
    until(lambda: "job 1" in emupos.log())
    for complaint in COMPLAINTS:
        assert complaint not in emupos.log()


def test_a_foreign_printer_complains_of_a_code_page_it_lacks(emupos: Emupos) -> None:
    url = f"escpos+tcp://127.0.0.1:{emupos.port}?pages=CP1250:45"
    assert open_printer(url).print(RECEIPT) is Delivery.CONFIRMED
    until(lambda: "job 1" in emupos.log())
    assert COMPLAINTS[1] in emupos.log()


def test_a_foreign_printer_without_paper_gets_nothing(emupos: Emupos) -> None:
    printer = open_printer(f"escpos+tcp://127.0.0.1:{emupos.port}?width=80")
    for fault, words in (
        ("paper-out", "out of paper"),
        ("cover-open", "cover"),
        ("offline", "offline"),
    ):
        emupos.fault(fault, active=True)
        with pytest.raises(DeviceNotReady, match=words):
            printer.print(RECEIPT)
        emupos.fault(fault, active=False)
    assert emupos.receipts() == []
    assert printer.print(RECEIPT) is Delivery.CONFIRMED
    until(lambda: len(emupos.receipts()) == 1)
