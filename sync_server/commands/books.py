"""Commands on what head office holds: members, reconciliation."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from loyalty.clock import epoch_ms
from sync_server.commands.output import DISAGREES, HomeOption, JsonOption, say, say_json
from sync_server.errors import ConfigInvalid, UnknownSubject

MAX_TERMINALS_NAMED = 20

RECONCILE_EXAMPLE = "Example: paragon-server reconcile --home /srv/paragon --day 2026-05-01"
IMPORT_EXAMPLE = "Example: paragon-server members import members.csv --home /srv/paragon"

members = typer.Typer(help="The members' register.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="The file.")]


def reconcile(
    home: HomeOption,
    terminal: Annotated[str | None, typer.Option(help="One terminal alone.")] = None,
    day: Annotated[str | None, typer.Option(help="One day alone, as 2026-05-01.")] = None,
    json: JsonOption = False,
) -> None:
    """Hold what each till counted against what head office holds, day by day.

    Lists as well what went by another version of the programme than was in force: each promise
    stands, so this makes nothing disagree.

    Exits with 0 when every day agrees, with 1 when some wait or differ, and with 2 when asked for
    a terminal or a day that cannot be.
    """
    from sqlalchemy import select

    from sync_server.commands.opening import founded_store
    from sync_server.reconcile.days import DayState, compare_days
    from sync_server.reconcile.late_versions import late_versions
    from sync_server.reconcile.printing import Reconciliation, print_tables
    from sync_server.reconcile.standing import terminal_totals
    from sync_server.store.cases import count_cases
    from sync_server.store.engine import reading
    from sync_server.store.settings import load_settings
    from sync_server.store.tables import terminals

    _require_day(day)
    known = select(terminals.c.terminal).order_by(terminals.c.number)
    with founded_store(home) as engine, reading(engine) as connection:
        _require_terminal(connection.execute(known).scalars().all(), terminal)
        days = compare_days(connection, terminal, day)
        settings = load_settings(connection)
        late = late_versions(connection, settings.zone, terminal=terminal, day=day)
        outcome = Reconciliation(
            history_id=settings.history_id,
            currency=settings.currency,
            terminals=tuple(terminal_totals(connection, days)),
            days=tuple(days),
            late_versions=late.found,
            cases=count_cases(connection),
        )
    if json:
        say_json(outcome)
    else:
        print_tables(outcome)
    if any(compared.state is not DayState.AGREES for compared in days):
        raise typer.Exit(DISAGREES)


@members.command("import", epilog=IMPORT_EXAMPLE)
def members_import(file: FileArgument, home: HomeOption, json: JsonOption = False) -> None:
    """Take the members in FILE (CSV); the same file again changes nothing.

    A column that is missing and a cell that is empty leave what is known of a member. Consent to
    e-mail is taken for new members alone: what a member said since stands.

    Lines that are no members are named and left out, and so is a family that cannot be joined; the
    exit code is 1 then.
    """
    from sync_server.bookkeeping.families import Families
    from sync_server.bootstrap import present
    from sync_server.commands.csv_files import read_members
    from sync_server.commands.families import WHY_NOT
    from sync_server.commands.own_books import own_journal
    from sync_server.store.engine import writing
    from sync_server.store.register import put_members

    read, rejected = read_members(file, epoch_ms(present()))
    with own_journal(home) as (engine, journal):
        with writing(engine) as connection:
            written = put_members(connection, read)
        wanted = {member.card: member.family for member in read if member.family}
        apart = Families(engine, present, journal).add_all(wanted) if wanted else {}
    if json:
        say_json(
            {
                "new": written.new,
                "changed": written.changed,
                "unchanged": written.unchanged,
                "rejected": rejected,
                "not_in_a_family": apart,
            }
        )
    else:
        say(f"{written.new} new, {written.changed} changed, {written.unchanged} as they were.")
        for line in rejected:
            typer.echo(f"line {line.line} was left out: {line.reason}", err=True)
        for card, why in apart.items():
            typer.echo(f"card {card} joined no family. {WHY_NOT[why]}", err=True)
    if rejected or apart:
        raise typer.Exit(DISAGREES)


def _require_day(day: str | None) -> None:
    """Raise ConfigInvalid for what is no day: it would agree with everything."""
    if day is None:
        return
    try:
        is_day = date.fromisoformat(day).isoformat() == day
    except ValueError:
        is_day = False
    if not is_day:
        raise ConfigInvalid(f"{day!r} is no day.", "Write it as 2026-05-01.")


def _require_terminal(known: Sequence[str], terminal: str | None) -> None:
    """Raise UnknownSubject for a terminal of another chain: it would agree with everything."""
    if terminal is not None and terminal not in known:
        raise UnknownSubject(
            f"No terminal of this chain is called {terminal!r}.",
            f"Choose one of {', '.join(known[:MAX_TERMINALS_NAMED])}.",
        )
