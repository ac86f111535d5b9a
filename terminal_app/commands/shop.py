"""`paragon setup|agent|sync|status`: a till, from its first day on, without a screen."""

import signal
import socket
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn

from drivers.connect import open_printer, open_scanner
from loyalty.clock import from_epoch_ms
from terminal_app.bootstrap import log_to, open_till
from terminal_app.commands.speaking import (
    HomeOption,
    JsonOption,
    Language,
    faults_in_words,
    home_of,
    print_json,
)
from terminal_app.config import (
    LOOPBACK,
    PRIVATE_DIRECTORY_MODE,
    TillConfig,
    load_config,
    save_config,
)
from terminal_app.errors import ConfigInvalid, HeadOfficeRefused, HeadOfficeUnreachable
from terminal_app.joining import identity_of, join_again, join_chain
from terminal_app.pos.agent import build_agent
from terminal_app.store import epochs, settings
from terminal_app.sync.snapshot import OnProgress, Progress

AGENT_HOST = LOOPBACK[0]
AGENT_BACKLOG = 64
MAX_PORT = 65_535

SUSPENSIONS = {
    epochs.COPY: "its data was copied or moved",
    epochs.FORK: "head office has other entries under its name",
    epochs.CUT_OFF: "the end of its journal is lost",
    epochs.ENROLLED: "it was set up again",
}
"""Why nothing may be spent for now, in words."""

log = structlog.get_logger(__name__)


def setup(
    code: Annotated[str, typer.Option(help="One-time code that head office gave.")],
    server: Annotated[str, typer.Option(help="Address of head office.")] = "",
    printer: Annotated[str, typer.Option(help="escpos+tcp://192.168.1.50, file:///...")] = "",
    scanner: Annotated[
        str, typer.Option(help="serial:///dev/ttyACM0; none: a keyboard wedge.")
    ] = "",
    language: Annotated[Language, typer.Option(help="Language of the screens.")] = Language.EN,
    again: Annotated[
        bool, typer.Option("--again", help="A new token and journal for the till in this home.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Make this machine a till of the chain, or with --again let its till back in.

    Example: paragon setup --server https://loyalty.example.com --code ABCD-EFGH
    --printer escpos+tcp://192.168.1.50
    """
    with faults_in_words():
        place = home_of(home)
        if again:
            _set_up_again(place, server, code)
            return
        if not server:
            raise ConfigInvalid("No head office was named.", "Name it with --server.")
        if printer:
            open_printer(printer)
        if scanner:
            open_scanner(scanner)
        if identity_of(place) is None:
            # Before the code is spent: a folder that cannot be written must not cost it.
            place.mkdir(parents=True, exist_ok=True, mode=PRIVATE_DIRECTORY_MODE)
            config = TillConfig(printer=printer, scanner=scanner, language=language.value)
            save_config(place, config)
        identity = join_chain(place, server, code)
        typer.echo(
            f"This is now terminal {identity.terminal} of {identity.shop}, "
            f"branch {identity.branch_name}. Start it with: paragon till"
        )
        _first_sync(place)


def _first_sync(place: Path) -> None:
    """Have a new till know the members before its first customer; it sells without as well."""
    try:
        with open_till(place, on_progress=_said_progress()) as shop:
            shop.sync.sync_once()
    except (HeadOfficeUnreachable, HeadOfficeRefused) as fault:
        typer.echo(f"It hears of the members with its next sync: {fault.message}")


def _said_progress() -> OnProgress:
    """Says how a start comes on, on standard error and in few lines."""
    said = -1

    def say(progress: Progress) -> None:
        nonlocal said
        tenth = 10 * progress.recorded // progress.parts if progress.parts else 0
        if tenth != said:
            said = tenth
            size_mb = progress.fetched_bytes / 1_000_000
            done = f"{10 * tenth} % recorded" if progress.parts else f"{size_mb:.1f} MB fetched"
            typer.echo(f"What head office knows: {done}.", err=True)

    return say


def _set_up_again(place: Path, server: str, code: str) -> None:
    identity = join_again(place, server, code)
    typer.echo(f"Terminal {identity.terminal} of {identity.shop} has a new token.")
    try:
        with open_till(place) as shop:
            result = shop.sync.sync_once()
            typer.echo(
                f"{result.entries} entries told. It goes on in journal {shop.identity.epoch}."
            )
    except HeadOfficeUnreachable as fault:
        typer.echo(f"What it has not told yet is told when the line is back: {fault.message}")


def agent(
    home: HomeOption = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=MAX_PORT, help="Port on loopback; 0 picks a free one."),
    ] = None,
) -> None:
    """Serve other tills' software on loopback: POST /v1/sales, OpenAPI at /schema.

    Example: paragon agent --port 8711
    """
    with faults_in_words():
        place = home_of(home)
        log_to(place)
        chosen = load_config(place).agent_port if port is None else port
        with _listening(chosen) as listener, open_till(place) as shop:
            shop.start()
            bound = listener.getsockname()[1]
            typer.echo(f"listening on http://{AGENT_HOST}:{bound}")
            server = uvicorn.Server(
                uvicorn.Config(build_agent(shop.till), log_level="warning", access_log=False)
            )
            # uvicorn hands a signal on when it has stopped; the till must be closed as well.
            kept = signal.signal(signal.SIGTERM, lambda *_: None)
            try:
                server.run(sockets=[listener])
            finally:
                signal.signal(signal.SIGTERM, kept)


def sync(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell head office everything that waits, and be told.

    Example: paragon sync --json
    """
    with (
        faults_in_words(),
        open_till(home_of(home), on_progress=_said_progress()) as shop,
    ):
        result = shop.sync.sync_once()
        if as_json:
            print_json(result)
        else:
            typer.echo(f"{result.entries} entries told, {result.changes} changes heard.")


def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say who this till is and what still waits.

    Example: paragon status
    """
    with faults_in_words(), open_till(home_of(home)) as shop:
        now = shop.till.status()
        if as_json:
            print_json(now)
            return
        heard = from_epoch_ms(now.heard_at_ms).isoformat() if now.heard_at_ms else "never"
        typer.echo(f"{now.shop}, {now.branch}, terminal {now.terminal}")
        typer.echo(f"head office last heard: {heard}; entries not yet confirmed: {now.unsent}")
        typer.echo(f"receipts waiting: {now.waiting_jobs}; fate unknown: {now.unknown_jobs}")
        with shop.store.reading() as connection:
            suspension = settings.read_suspension(connection)
        if suspension:
            typer.echo(
                f"suspended: {SUSPENSIONS[suspension]} Nothing can be spent here until then."
            )
        if now.trouble:
            typer.echo(f"trouble: {now.trouble}")


def _listening(port: int) -> socket.socket:
    # The protocol must be named: asyncio sends small answers at once on such sockets alone, and
    # a POS would otherwise wait 40 ms for each.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((AGENT_HOST, port))
        listener.listen(AGENT_BACKLOG)
        return listener
    except OSError as fault:
        listener.close()
        raise ConfigInvalid(
            f"Port {port} on this machine is taken ({fault.strerror}).",
            "Stop the other program, or choose another --port.",
        ) from fault
