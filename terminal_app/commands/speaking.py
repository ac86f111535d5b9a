"""How every command speaks: options they share, faults in sentences, JSON for machines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import structlog
import typer

from drivers.errors import DriverError
from loyalty.errors import LoyaltyError
from terminal_app.config import HOME_VARIABLE, default_home
from terminal_app.errors import TerminalError

log = structlog.get_logger(__name__)

EXIT_FAULT = 2
"""The command could not be done; its sentence on standard error says why."""

EXIT_DISAGREES = 1
"""The command was done, and found something that is not as it should be."""

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar=HOME_VARIABLE, help="Folder of the till.", show_default=False),
]


class Language(StrEnum):
    """A language of the product, as an option names it."""

    EN = "en"
    PL = "pl"
    RU = "ru"


JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def home_of(home: Path | None) -> Path:
    """The folder that `--home` named, else the default one."""
    return default_home() if home is None else home


@contextmanager
def faults_in_words() -> Iterator[None]:
    """End the command with a sentence and exit code 2 instead of a traceback."""
    try:
        yield
    except (TerminalError, LoyaltyError, DriverError) as fault:
        _end(str(fault), fault)
    except OSError as fault:
        if isinstance(fault, BrokenPipeError):
            raise
        _log("system_refused")
        where = f"{fault.filename}: " if fault.filename else ""
        _end(f"{where}{fault.strerror or fault}. Check the name, the rights and the disk.", fault)
    except OverflowError as fault:
        _log("number_too_large")
        _end(f"A number is too large: {fault}. Check the options.", fault)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        _log("record_unreadable")
        _end(
            f"A record of the till cannot be read: {fault}. Keep the file, and set the till up "
            "again in a new home; head office has what it sent.",
            fault,
        )
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _log(event: str) -> None:
    """Keep the traceback, where a log is kept; standard error is for the sentence alone."""
    if structlog.is_configured():
        log.exception(event)


def _end(sentence: str, fault: Exception) -> NoReturn:
    typer.echo(f"paragon: {sentence}", err=True)
    raise typer.Exit(EXIT_FAULT) from fault


def print_json(value: Any) -> None:
    """Print `value` as one line of JSON."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
