"""How every command speaks: options they share, faults in sentences, JSON for machines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from drivers.errors import DriverError
from loyalty.errors import LoyaltyError
from terminal_app.config import HOME_VARIABLE, default_home
from terminal_app.errors import TerminalError

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
        typer.echo(f"paragon: {fault}", err=True)
        raise typer.Exit(EXIT_FAULT) from fault
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def print_json(value: Any) -> None:
    """Print `value` as one line of JSON."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
