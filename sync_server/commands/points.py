"""Commands on points that head office posts itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loyalty.clock import from_epoch_ms
from sync_server.commands.output import DISAGREES, HomeOption, JsonOption, say, say_json
from sync_server.commands.own_books import own_journal

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from sync_server.bookkeeping.expiring import Expiring

IMPORT_EXAMPLE = "Example: paragon-server points import balances.csv --home /srv/paragon --dry-run"
EXPIRE_EXAMPLE = "Example: paragon-server points expire --home /srv/paragon --dry-run"

points = typer.Typer(help="Points that head office posts itself.", no_args_is_help=True)

DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be posted, and post nothing.")
]


@points.command("import", epilog=IMPORT_EXAMPLE)
def points_import(
    file: Annotated[Path, typer.Argument(help="CSV with the columns card and points.")],
    home: HomeOption,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Take opening balances from FILE, once for each member: the same file again posts nothing.

    A line that cannot be read and a card that is no member's are named and left out, and so is a
    card that was opened before with other points; the exit code is 1 then.
    """
    from sync_server.bookkeeping.opening import open_balances, opened_otherwise, strangers
    from sync_server.bookkeeping.own_journal import Outcomes
    from sync_server.bootstrap import present
    from sync_server.commands.csv_files import read_openings

    read, rejected = read_openings(file)
    balances = {one.card: one.points for one in read}
    with own_journal(home) as (engine, journal):
        unknown = strangers(engine, balances)
        for card in unknown:
            del balances[card]
        otherwise = opened_otherwise(engine, balances)
        asked = {card: balances.pop(card) for card in otherwise}
        done = Outcomes() if dry_run else open_balances(engine, journal, balances, present)
    if json:
        say_json(
            {"done": done, "points": sum(balances.values()), "members": len(balances)}
            | {"dry_run": dry_run, "rejected": rejected, "strangers": unknown}
            | {"opened_otherwise": otherwise}
        )
    elif dry_run:
        say(f"{sum(balances.values())} points of {len(balances)} members would be posted.")
    else:
        say(f"{done.posted} balances are opened; {done.before} were before.")
    for line in rejected:
        typer.echo(f"line {line.line} was left out: {line.reason}", err=True)
    for card in unknown:
        typer.echo(f"card {card} was left out: it is no member's", err=True)
    for card, before in otherwise.items():
        said = f"it was opened before with {before} points, not {asked[card]}"
        typer.echo(f"card {card} was left out: {said}", err=True)
    if rejected or unknown or otherwise:
        raise typer.Exit(DISAGREES)


@points.command("expire", epilog=EXPIRE_EXAMPLE)
def points_expire(
    home: HomeOption, dry_run: DryRunOption = False, json: JsonOption = False
) -> None:
    """Book the points whose last day is over; head office does so each day by itself.

    What a till still holds is asked back, and booked once it is here.
    """
    from rich.progress import Progress

    from sync_server.bookkeeping.expiring import Expiring
    from sync_server.bootstrap import present

    with own_journal(home) as (engine, journal):
        expiring = Expiring(engine, present, journal)
        if dry_run:
            _say_gone(engine, expiring, json=json)
            return
        with Progress(disable=json, transient=True) as progress:
            task = progress.add_task("accounts", total=None)
            done = expiring.book(lambda _: progress.advance(task))
    if json:
        say_json(done)
    else:
        say(f"{done.posted} lots are booked; {done.waiting} wait for tills to give points back.")


def _say_gone(engine: "Engine", expiring: "Expiring", *, json: bool) -> None:
    from sync_server.store.engine import reading
    from sync_server.store.settings import load_settings

    gone = list(expiring.gone())
    if json:
        say_json(gone)
        return
    with reading(engine) as connection:
        zone = load_settings(connection).zone
    for one in gone:
        day = from_epoch_ms(one.expired_at_ms).astimezone(zone).date()
        say(f"{one.account}: {one.points} points, gone after {day}")
    say(f"{sum(one.points for one in gone)} points of {len(gone)} lots are gone.")
