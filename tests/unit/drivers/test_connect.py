"""A till is set up by one line, and a wrong line says how a right one looks."""

from pathlib import Path

import pytest

from drivers.connect import PRINTER_FORMS, SCANNER_FORMS, open_printer, open_scanner
from drivers.documents import Cut, Document, Text
from drivers.errors import DeviceUrlInvalid, DriverError
from drivers.simulators.decoder import decode
from drivers.simulators.paper import Paper
from drivers.transports.delivery import Delivery


@pytest.mark.parametrize("url", PRINTER_FORMS)
def test_every_form_in_the_hint_is_understood(url: str) -> None:
    assert open_printer(url).url == url


@pytest.mark.parametrize("url", SCANNER_FORMS)
def test_every_form_of_scanner_in_the_hint_is_understood(url: str) -> None:
    assert open_scanner(url).device == "/dev/ttyACM0"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "printer",
        "http://host:9100",
        "escpos+tcp://",
        "escpos+tcp://:9100",
        "escpos+tcp://host:0",
        "escpos+tcp://host:99999",
        "escpos+tcp://host:nine",
        "escpos+tcp://host/path",
        "escpos+tcp://[::1",
        "escpos+tcp://host?width=79",
        "escpos+tcp://host?width",
        "escpos+tcp://host?width=80&width=58",
        "escpos+tcp://host?baud=9600",
        "escpos+tcp://host?ack=maybe",
        "escpos+tcp://host?columns=10",
        "escpos+tcp://host?columns=" + "9" * 5000,
        "escpos+tcp://host?pages=CP852",
        "escpos+tcp://host?pages=KLINGON:3",
        "escpos+tcp://host?pages=CP852:999",
        "escpos+serial://",
        "escpos+serial:///dev/ttyS0?baud=fast",
        "escpos+serial:///dev/ttyS0?flow=tidal",
        "file://",
        "file://elsewhere/path",
        "sim:?speed=9",
    ],
)
def test_a_wrong_address_is_refused_with_the_forms_that_are_right(url: str) -> None:
    with pytest.raises(DeviceUrlInvalid) as refusal:
        open_printer(url)
    assert all(form in refusal.value.hint for form in PRINTER_FORMS)
    assert refusal.value.message in str(refusal.value)
    assert isinstance(refusal.value, DriverError)


@pytest.mark.parametrize("url", ["", "usb:///dev/x", "serial://", "serial:///dev/x?width=80"])
def test_a_wrong_scanner_is_refused(url: str) -> None:
    with pytest.raises(DeviceUrlInvalid) as refusal:
        open_scanner(url)
    assert SCANNER_FORMS[0] in refusal.value.hint


def test_widths_and_options_make_the_profile() -> None:
    wide, narrow = open_printer("sim:").profile, open_printer("sim:?width=58").profile
    assert (wide.columns, wide.dots, narrow.columns, narrow.dots) == (48, 576, 32, 384)
    own = open_printer("sim:?columns=42&pages=CP852:54,CP866:59&qr=raster&cut=no").profile
    assert (own.columns, own.dots) == (42, 504)
    assert own.code_pages == (("CP852", 54), ("CP866", 59))
    assert (own.native_qr, own.cutter) == (False, False)


def test_only_two_way_printers_are_asked() -> None:
    assert open_printer("escpos+tcp://host").two_way
    assert not open_printer("escpos+tcp://host?ack=no").two_way
    assert not open_printer("file:/tmp/x").two_way


def test_a_port_of_windows_is_a_device() -> None:
    assert open_scanner("serial://COM3").device == "COM3"


def test_a_simulated_printer_hands_over_its_papers() -> None:
    papers: list[Paper] = []
    printer = open_printer("sim:", papers.append)
    assert printer.print(Document((Text("Żółw"), Cut()))) is Delivery.CONFIRMED
    assert papers[0].lines[0].text == "Żółw"


def test_a_file_holds_what_was_printed(tmp_path: Path) -> None:
    path = tmp_path / "with space" / "paper.bin"
    path.parent.mkdir()
    printer = open_printer(f"file://{path.as_posix().replace(' ', '%20')}?width=58")
    for name in ("raz", "dwa"):
        assert printer.print(Document((Text(name),))) is Delivery.SENT
    (paper,) = decode(path.read_bytes(), 32)
    assert [line.text for line in paper.lines] == ["raz", "dwa"]
