"""`paragon demo`: a chain to try, gone when it is closed unless a folder is named."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from terminal_app.commands.speaking import EXIT_DISAGREES, Language, faults_in_words

PIPED_COLUMNS = 100
"""Width of the tables of a demo that no terminal shows."""


def demo(
    home: Annotated[
        Path | None,
        typer.Option(help="Empty folder to keep the chain in; without one it is forgotten."),
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the screen.")] = Language.EN,
) -> None:
    """Open a demo shop: two branches, three tills, head office, and a printer beside the till.

    Without a terminal it plays a scripted day instead; exit code 0 means that every till and head
    office agree.

    Example: paragon demo --language pl
    """
    with faults_in_words(), _folder(home) as place:
        if sys.stdin.isatty() and sys.stdout.isatty():
            from terminal_app.demo.screen import run_screen

            run_screen(place, language)
            return
        from terminal_app.demo.headless import run_headless

        if run_headless(place, Console(width=PIPED_COLUMNS)):
            raise typer.Exit(EXIT_DISAGREES)


@contextmanager
def _folder(home: Path | None) -> Iterator[Path]:
    if home is not None:
        yield home.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="paragon-demo-", ignore_cleanup_errors=True) as kept:
        yield Path(kept) / "chain"
