"""Programme files as commands are given them, and what is said of what they hold."""

from pathlib import Path

import typer

from loyalty.errors import ProgrammeInvalid
from loyalty.programme.document import Programme, load_programme
from sync_server.commands.founding import read_document
from sync_server.commands.output import say_json


def programme_in(file: Path) -> Programme:
    """The programme in `file`. Raises ConfigInvalid when it cannot be read, ProgrammeInvalid with
    every fault at once when it is none."""
    return load_programme(read_document(file), str(file))


def say_faults(file: Path, refused: ProgrammeInvalid, json: bool) -> None:
    """Tell everything that is wrong with `file`, a line each."""
    if json:
        answer = {"programme": None, "valid": False, "error": refused.message}
        say_json({**answer, "hint": refused.hint, "faults": refused.faults})
        return
    for fault in refused.faults or (refused.message,):
        typer.echo(f"{file}: {fault}", err=True)
    typer.echo(f"{len(refused.faults) or 1} to correct. {refused.hint}".strip(), err=True)


def subjects_of(found: Programme) -> dict[str, list[str]]:
    """The names that a document gives, by subject; without the subjects that it leaves out."""
    subjects = {
        "wallets": list(found.wallets),
        "earning rules": [rule.name for rule in found.rules],
        "multipliers": [one.name for one in found.multiply],
        "groups of goods": list(found.goods),
        "discount from": [step.at for step in found.discount.steps] if found.discount else [],
        "tiers": [tier.name for tier in found.tier],
        "events": [event.name for event in found.event],
        "surprises": [one.name for one in found.surprise],
        "draws": [one.name for one in found.lottery],
        "rewards": [one.name for one in found.rewards],
    }
    return {subject: names for subject, names in subjects.items() if names}
