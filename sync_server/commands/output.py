"""How commands speak: sentences for people, JSON for programs, each where it belongs."""

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from sync_server.config import default_home

DISAGREES = 1
"""Exit code when something does not agree or was not taken; 2 is for what cannot be done at all."""

HomeOption = Annotated[
    Path,
    typer.Option(
        "--home",
        envvar="PARAGON_SERVER_HOME",
        help="Folder of head office, with server.toml; the user's data folder by default.",
        default_factory=default_home,
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]


def say_json(answer: Any) -> None:
    """Write `answer` as one JSON document to standard output."""
    text = msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Write a line for a person to standard output."""
    typer.echo(text)
