"""Commands on points that head office posts itself."""

from typing import Annotated

import typer

from loyalty.clock import from_epoch_ms
from sync_server.commands.output import HomeOption, JsonOption, say, say_json

EXPIRE_EXAMPLE = "Example: paragon-server points expire --home /srv/paragon --dry-run"

points = typer.Typer(help="Points that head office posts itself.", no_args_is_help=True)


@points.command("expire", epilog=EXPIRE_EXAMPLE)
def points_expire(
    home: HomeOption,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is gone and post nothing.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Book the points whose last day is over; head office does so each day by itself.

    What a till still holds is asked back, and booked once it is here.
    """
    from rich.progress import Progress

    from sync_server.bookkeeping.expiring import Expiring
    from sync_server.bookkeeping.own_journal import OwnJournal
    from sync_server.bootstrap import present
    from sync_server.commands.opening import founded_store
    from sync_server.store.engine import reading
    from sync_server.store.settings import load_settings
    from sync_server.terminals.ingest import Ingest

    with founded_store(home) as engine:
        with reading(engine) as connection:
            zone = load_settings(connection).zone
        ingest = Ingest(engine, present, zone, [])
        expiring = Expiring(engine, present, OwnJournal(engine, present, ingest))
        if dry_run:
            gone = list(expiring.gone())
            if json:
                say_json(gone)
                return
            for one in gone:
                day = from_epoch_ms(one.expired_at_ms).astimezone(zone).date()
                say(f"{one.account}: {one.points} points, gone after {day}")
            say(f"{sum(one.points for one in gone)} points of {len(gone)} lots are gone.")
            return
        with Progress(disable=json, transient=True) as progress:
            task = progress.add_task("accounts", total=None)
            done = expiring.book(lambda _: progress.advance(task))
    if json:
        say_json(done)
    else:
        say(f"{done.posted} lots are booked; {done.waiting} wait for tills to give points back.")
