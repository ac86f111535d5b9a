"""A receipt printer's understanding of ESC/POS: bytes in, paper and questions out, no I/O.

Its tables are its own. An encoder proven against a copy of its own tables is proven against
nothing, so this room may not import the one that encodes.
"""

from collections.abc import Callable

from msgspec import Struct, structs

from drivers.simulators.events import DrawerOpened, Event, NotUnderstood, PaperCut, StatusAsked
from drivers.simulators.paper import (
    Mark,
    Paper,
    PrintedGap,
    PrintedImage,
    PrintedLine,
    PrintedQr,
    Run,
    Side,
)
from drivers.simulators.tokens import MAX_PENDING_BYTES, Token, next_token

MAX_MARKS = 5_000
"""Marks on one piece of paper; a longer one is cut, as a real roll ends."""

SLOTS = {
    0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 13: "cp857", 14: "cp737",
    16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858", 32: "cp720", 33: "cp775", 34: "cp855",
    35: "cp861", 36: "cp862", 37: "cp864", 38: "cp869", 39: "iso8859-2", 40: "iso8859-15",
    45: "cp1250", 46: "cp1251", 47: "cp1253", 48: "cp1254", 49: "cp1255", 50: "cp1256",
    51: "cp1257", 52: "cp1258",
}  # fmt: skip
"""`ESC t` slots as the Epson reference numbers them."""

_SIDES: tuple[Side, Side, Side] = ("left", "center", "right")
_LINE_SPACING_DOTS = 30
_TAB_COLUMNS = 8
_QR_CORRECTIONS = {48: "L", 49: "M", 50: "Q", 51: "H"}


class _Look(Struct, frozen=True):
    """The settings that `ESC @` brings back."""

    codec: str = "cp437"
    bold: bool = False
    wide: int = 1
    high: int = 1
    side: Side = "left"
    qr_module_dots: int = 3
    qr_correction: str = "L"
    qr_data: bytes = b""


class Decoder:
    """One connection's printer. Feed it bytes in any chunks; call `end` when the line closes."""

    def __init__(self, columns: int = 48) -> None:
        self._columns = columns
        self._pending = b""
        self._look = _Look()
        self._line: list[Run] = []
        self._used_columns = 0
        self._marks: list[Mark] = []
        self._events: list[Event] = []

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes and return what came of them. Never raises, whatever the bytes."""
        stream = self._pending + data
        position = 0
        while position < len(stream):
            step = next_token(stream, position)
            if step is None:
                break
            token, position = step
            self._apply(token)
        self._pending = stream[position:]
        if len(self._pending) > MAX_PENDING_BYTES:
            self._events.append(NotUnderstood(self._pending[:2]))
            self._pending = b""
        return self._take_events()

    def end(self) -> list[Event]:
        """Close the line: what was printed since the last cut is torn off."""
        if self._pending:
            self._events.append(NotUnderstood(self._pending[:2]))
            self._pending = b""
        self._tear(cut=False)
        return self._take_events()

    def _take_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _apply(self, token: Token) -> None:
        if token.name == b"":
            self._letters(token.body)
        elif token.name in _COMMANDS:
            _COMMANDS[token.name](self, token.body)
        elif not token.known:
            self._events.append(NotUnderstood(token.name))

    # Text

    def _letters(self, data: bytes) -> None:
        look = self._look
        text = _visible(data.decode(look.codec, errors="replace"))
        while text:
            room = (self._columns - self._used_columns) // look.wide
            if room <= 0 and self._line:
                self._line_feed(b"")
                continue
            part, text = text[: max(room, 1)], text[max(room, 1) :]
            self._line.append(Run(part, look.bold, look.wide, look.high))
            self._used_columns += len(part) * look.wide

    def _tab(self, _body: bytes) -> None:
        self._letters(b" " * (_TAB_COLUMNS - self._used_columns % _TAB_COLUMNS))

    def _line_feed(self, _body: bytes) -> None:
        line = PrintedLine(_joined(self._line), self._look.side)
        # First, because a roll that ends here tears the paper and would print the line again.
        self._line.clear()
        self._used_columns = 0
        self._add(line)

    def _flush_line(self) -> None:
        if self._line:
            self._line_feed(b"")

    def _feed_lines(self, body: bytes) -> None:
        lines = body[0]
        if self._line:
            self._line_feed(b"")
            lines -= 1
        for _ in range(lines):
            self._add(PrintedLine())

    def _feed_dots(self, body: bytes) -> None:
        dots = body[0]
        if self._line:
            self._line_feed(b"")
            dots -= _LINE_SPACING_DOTS
        if dots > 0:
            self._add(PrintedGap(dots))

    def _add(self, mark: Mark) -> None:
        self._marks.append(mark)
        if len(self._marks) >= MAX_MARKS:
            self._tear(cut=False)

    def _tear(self, *, cut: bool) -> None:
        self._flush_line()
        if self._marks:
            paper = Paper(tuple(self._marks), self._columns, cut)
            self._marks.clear()
            self._events.append(PaperCut(paper))

    # Settings

    def _initialize(self, _body: bytes) -> None:
        self._look = _Look()
        self._line.clear()
        self._used_columns = 0

    def _code_page(self, body: bytes) -> None:
        codec = SLOTS.get(body[0])
        if codec is None:
            self._events.append(NotUnderstood(b"\x1bt" + body))
            codec = "ascii"
        self._change(codec=codec)

    def _print_mode(self, body: bytes) -> None:
        mode = body[0]
        self._change(
            bold=bool(mode & 0x08), high=2 if mode & 0x10 else 1, wide=2 if mode & 0x20 else 1
        )

    def _size(self, body: bytes) -> None:
        self._change(wide=(body[0] >> 4 & 7) + 1, high=(body[0] & 7) + 1)

    def _bold(self, body: bytes) -> None:
        self._change(bold=bool(body[0] & 1))

    def _align(self, body: bytes) -> None:
        # A printer obeys only at the beginning of a line.
        if not self._line and body[0] % 48 < 3:
            self._change(side=_SIDES[body[0] % 48])

    def _change(self, **settings: object) -> None:
        self._look = structs.replace(self._look, **settings)

    # Codes and pictures

    def _function(self, body: bytes) -> None:
        """`GS ( k` with QR code (cn 49); other codes and other `GS (` groups are ignored."""
        if body[:1] != b"k" or len(body) < 5 or body[3] != 49:
            return
        function, data = body[4], body[5:]
        if function == 67 and data:
            self._change(qr_module_dots=max(1, min(data[0], 16)))
        elif function == 69 and data:
            self._change(qr_correction=_QR_CORRECTIONS.get(data[0], "L"))
        elif function == 80:
            self._change(qr_data=data[1:])
        elif function == 81 and self._look.qr_data:
            self._flush_line()
            look = self._look
            text = look.qr_data.decode("utf-8", errors="replace")
            self._add(PrintedQr(text, look.qr_module_dots, look.qr_correction, look.side))

    def _raster(self, body: bytes) -> None:
        if len(body) < 6:
            self._events.append(NotUnderstood(b"\x1dv" + body))
            return
        across = body[2] + 256 * body[3]
        down = body[4] + 256 * body[5]
        if across and down:
            self._flush_line()
            self._add(PrintedImage(across * 8, down, body[6:], self._look.side))

    def _barcode(self, body: bytes) -> None:
        data = body[1:].rstrip(b"\x00") if body[0] < 0x41 else body[2:]
        self._flush_line()
        run = Run(_visible(f"[{data.decode('ascii', errors='replace')}]"))
        self._add(PrintedLine((run,), self._look.side))

    # The device

    def _cut(self, _body: bytes) -> None:
        self._tear(cut=True)

    def _open_drawer(self, body: bytes) -> None:
        self._events.append(DrawerOpened(5 if body[0] & 1 else 2))

    def _real_time_status(self, body: bytes) -> None:
        self._events.append(StatusAsked("DLE EOT", body[0]))

    def _status(self, body: bytes) -> None:
        self._events.append(StatusAsked("GS r", body[0] % 48))


def decode(data: bytes, columns: int = 48) -> list[Paper]:
    """Return the pieces of paper that `data` makes on a printer `columns` wide."""
    decoder = Decoder(columns)
    events = decoder.feed(data) + decoder.end()
    return [event.paper for event in events if isinstance(event, PaperCut)]


def _visible(text: str) -> str:
    """Paper is looked at in terminals: no control character of a code page may get there."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in text
    )


def _joined(line: list[Run]) -> tuple[Run, ...]:
    """Put neighbours of the same look into one run."""
    runs: list[Run] = []
    for run in line:
        last = runs[-1] if runs else None
        if last is not None and (last.bold, last.wide, last.high) == (run.bold, run.wide, run.high):
            runs[-1] = Run(last.text + run.text, run.bold, run.wide, run.high)
        else:
            runs.append(run)
    return tuple(runs)


_COMMANDS: dict[bytes, Callable[[Decoder, bytes], None]] = {
    b"\n": Decoder._line_feed,
    b"\t": Decoder._tab,
    b"\x10\x04": Decoder._real_time_status,
    b"\x1b!": Decoder._print_mode,
    b"\x1b@": Decoder._initialize,
    b"\x1bE": Decoder._bold,
    b"\x1bG": Decoder._bold,
    b"\x1bJ": Decoder._feed_dots,
    b"\x1ba": Decoder._align,
    b"\x1bd": Decoder._feed_lines,
    b"\x1bi": Decoder._cut,
    b"\x1bm": Decoder._cut,
    b"\x1bp": Decoder._open_drawer,
    b"\x1bt": Decoder._code_page,
    b"\x1d!": Decoder._size,
    b"\x1d(": Decoder._function,
    b"\x1dV": Decoder._cut,
    b"\x1dk": Decoder._barcode,
    b"\x1dr": Decoder._status,
    b"\x1dv": Decoder._raster,
}
