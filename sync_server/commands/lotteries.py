"""`paragon-server lottery`: secrets of draws, the draws themselves, and their check by anybody."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loyalty.programme.draw_files import (
    MAX_DRAW_FILE_BYTES,
    DrawFile,
    drawn_with,
    finding_in,
    read_draw,
    write_draw,
)
from loyalty.programme.lotteries import DrawFinding, commitment_of
from sync_server.commands.output import DISAGREES, HomeOption, JsonOption, say, say_json
from sync_server.errors import ConfigInvalid, NotDrawn

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from sync_server.bookkeeping.lottery import Held
    from sync_server.bookkeeping.own_journal import Outcomes

COMMIT_EXAMPLE = "Example: paragon-server lottery commit advent --home /srv/paragon"
TICKETS_EXAMPLE = "Example: paragon-server lottery tickets advent list.json --home /srv/paragon"
DRAW_EXAMPLE = "Example: paragon-server lottery draw advent --home /srv/paragon"
VERIFY_EXAMPLE = "Example: paragon-server lottery verify advent.json --commitment 9f86d08…"

FOLDER = "lotteries"
SECRET_BYTES = 32

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_WRONG = {
    DrawFinding.WRONG_SECRET: "The secret is not the one whose SHA-256 was published.",
    DrawFinding.TICKET_TWICE: "Two tickets have one number.",
    DrawFinding.WRONG_WINNERS: "These tickets are not the ones that the secret draws.",
}

lottery = typer.Typer(help="Draws that anybody can make again.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="The lottery's name in the programme.")]
SecretOption = Annotated[
    Path | None,
    typer.Option("--secret", help="File of the secret; left out: where commit put it."),
]
GoOnOption = Annotated[
    bool, typer.Option("--go-on", help="Draw although tills were not heard since the last day.")
]


@lottery.command("commit", epilog=COMMIT_EXAMPLE)
def lottery_commit(name: NameArgument, home: HomeOption, json: JsonOption = False) -> None:
    """Make the secret of the lottery NAME, and say the commitment for the programme.

    The secret is kept in the home until the draw. Who knows it before could steer the draw: take
    the file away and put it into a sealed envelope.
    """
    secret = secrets.token_bytes(SECRET_BYTES)
    file = _folder(home, name) / f"{name}.secret"
    _write_new(file, secret.hex().encode() + b"\n")
    commitment = commitment_of(secret)
    if json:
        say_json({"lottery": name, "commitment": commitment, "secret_file": str(file)})
    else:
        say(f'commitment = "{commitment}"')
        say(f"The secret is in {file}: nobody should see it before the draw.")


@lottery.command("tickets", epilog=TICKETS_EXAMPLE)
def lottery_tickets(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(help="Where the list is written; - is standard output.")],
    home: HomeOption,
) -> None:
    """Write the list of the tickets of NAME as it stands, to publish it before the draw."""
    with _held(home, name) as (_, held):
        content = write_draw(held.listed)
    if str(file) == "-":
        typer.echo(content, nl=False)
    else:
        _write_new(file, content)
        say(f"{len(held.listed.tickets)} tickets are in {file}.")


@lottery.command("draw", epilog=DRAW_EXAMPLE)
def lottery_draw(
    name: NameArgument,
    home: HomeOption,
    secret: SecretOption = None,
    go_on: GoOnOption = False,
    json: JsonOption = False,
) -> None:
    """Draw the winners of NAME, once for ever, and give them what they have won.

    It writes one file with all tickets, the secret and the winners, for anybody to check. Asked
    again, it says what was drawn, and gives what was not given yet.
    """
    from sync_server.bookkeeping.lottery import require_over, require_secret
    from sync_server.bootstrap import present
    from sync_server.store.engine import reading

    file = _folder(home, name) / f"{name}.json"
    with _held(home, name) as (engine, held):
        if file.exists():
            draw = read_draw(_content(file))
        else:
            with reading(engine) as connection:
                require_over(connection, held.lottery, present(), go_on=go_on)
            key = _secret_in(secret or file.with_suffix(".secret"))
            require_secret(held.lottery, key)
            draw = drawn_with(key, held.listed)
            _write_new(file, write_draw(draw))
        given = _give(engine, held, draw)
    if json:
        say_json({"file": str(file), "drawn": draw.drawn, "given": given})
        return
    for place, ticket in enumerate(draw.drawn, 1):
        say(f"{place}. {ticket.number}")
    say(f"{len(draw.drawn)} of {len(draw.tickets)} tickets have won: {file}")


@lottery.command("verify", epilog=VERIFY_EXAMPLE)
def lottery_verify(
    file: Annotated[Path, typer.Argument(help="The file of the draw, as the shop published it.")],
    commitment: Annotated[
        str, typer.Option(help="The commitment as it was published before the first ticket.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Make the draw in FILE again; the exit code is 1 when it does not hold.

    Anybody can: it takes no home and no shop. Compare the commitment with the one that was
    published before the first ticket, and look for the tickets on your receipts.
    """
    draw = read_draw(_content(file))
    told = draw.lottery.commitment
    wrong = _WRONG.get(finding_in(draw), "")
    if commitment and commitment.lower() != told:
        wrong = f"Its commitment is {told}, another than was published."
    elif not draw.is_drawn:
        wrong = "It is a list of tickets, and nothing was drawn yet."
    if json:
        say_json({"holds": not wrong, "wrong": wrong, "commitment": told, "drawn": draw.drawn})
    elif not wrong:
        say(f"The draw holds: {len(draw.drawn)} of {len(draw.tickets)} tickets have won.")
        say(f"It was promised as {told}.")
    else:
        typer.echo(wrong, err=True)
    if wrong:
        raise typer.Exit(DISAGREES)


@contextmanager
def _held(home: Path, name: str) -> Iterator[tuple["Engine", "Held"]]:
    from sync_server.bookkeeping.lottery import held_lottery
    from sync_server.commands.opening import founded_store
    from sync_server.store.engine import reading

    with founded_store(home) as engine:
        with reading(engine) as connection:
            held = held_lottery(connection, name)
        yield engine, held


def _give(engine: "Engine", held: "Held", draw: DrawFile) -> "Outcomes":
    from sync_server.bookkeeping.own_journal import OwnJournal
    from sync_server.bookkeeping.prizes import give_prizes
    from sync_server.bootstrap import present
    from sync_server.store.engine import reading
    from sync_server.store.settings import load_settings
    from sync_server.terminals.ingest import Ingest

    with reading(engine) as connection:
        zone = load_settings(connection).zone
    journal = OwnJournal(engine, present, Ingest(engine, present, zone, []))
    return give_prizes(engine, journal, held, draw, present)


def _folder(home: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ConfigInvalid(f"{name!r} is no name of a lottery.")
    folder = home / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise ConfigInvalid(f"{folder} cannot be made: {fault.strerror}.") from None
    return folder


def _secret_in(file: Path) -> bytes:
    text = _content(file).decode("utf-8", "replace").strip()
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotDrawn(f"{file} holds no secret in hexadecimal digits.") from None


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_DRAW_FILE_BYTES:
            raise ConfigInvalid(f"{file} is larger than {MAX_DRAW_FILE_BYTES} bytes.")
        return file.read_bytes()
    except OSError as fault:
        raise ConfigInvalid(f"{file} cannot be read: {fault.strerror}.") from None


def _write_new(file: Path, content: bytes) -> None:
    """Write a file that is not there yet, whole or not at all: it is never written over."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, file)
        finally:
            draft.unlink()
    except FileExistsError:
        raise ConfigInvalid(f"{file} is there already, and is not written over.") from None
    except OSError as fault:
        raise ConfigInvalid(f"{file} cannot be written: {fault.strerror}.") from None
