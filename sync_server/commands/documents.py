"""Programme files as commands are given them."""

from pathlib import Path
from typing import Annotated

import typer

from loyalty.programme.document import Programme, load_programme
from sync_server.commands.founding import read_document

DocumentArgument = Annotated[Path, typer.Argument(help="The programme's document, a TOML file.")]


def programme_in(file: Path) -> Programme:
    """The programme in `file`. Raises ConfigInvalid when it cannot be read, ProgrammeInvalid with
    every fault at once when it is none."""
    return load_programme(read_document(file), str(file))
