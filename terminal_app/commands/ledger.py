"""`paragon ledger verify|explain|rebuild|export`: the till's journal, for people and machines."""

import csv
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loyalty.clock import epoch_ms, from_epoch_ms
from loyalty.journal import Sealed, decode_entry
from loyalty.spreadsheets import safe_cell
from terminal_app.bootstrap import utc_now
from terminal_app.commands import journal_checks, ledger_checks, ledger_desk
from terminal_app.commands.column_checks import read_as_made
from terminal_app.commands.speaking import (
    EXIT_DISAGREES,
    HomeOption,
    JsonOption,
    Language,
    faults_in_words,
    home_of,
    print_json,
)
from terminal_app.config import STORE_FILE
from terminal_app.errors import NotSetUp, TerminalError
from terminal_app.locale.words import Words
from terminal_app.store import settings
from terminal_app.store.connection import Store, open_store
from terminal_app.store.counterfoil import lost_end
from terminal_app.store.settings import Identity
from terminal_app.till.safe_words import safe_lines

EXPORT_COLUMNS = (
    *("terminal", "epoch", "seq", "kind", "member", "points", "amount_minor", "receipt"),
    *("programme", "occurred_at", "recorded_at", "payload", "seal"),
)

PIPED_COLUMNS = 120
"""Width of a table that no terminal shows."""

app = typer.Typer(
    name="ledger",
    help="The till's journal: check it, explain it, take it out.",
    no_args_is_help=True,
)


@app.command("verify")
def verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check that no entry was changed, removed, inserted or cut off, and that the sums hold.

    Exit code 1 means that something was found.

    Example: paragon ledger verify
    """
    with faults_in_words(), _ledger(home_of(home)) as (store, identity):
        # By a view of its own: the one below would be older than what is confirmed meanwhile.
        lost = lost_end(store, identity)
        with store.reading() as connection, read_as_made(connection) as misfits:
            findings = [*misfits, *ledger_checks.verify(connection, identity)]
            entries = sum(1 for _ in journal_checks.sealed_entries(connection, identity))
        if lost is not None:
            findings.append(lost)
        if as_json:
            print_json({"entries": entries, "findings": findings})
        else:
            for finding in findings:
                typer.echo(f"entry {finding.seq}: {finding.what}" if finding.seq else finding.what)
            typer.echo(f"{entries} entries, {len(findings)} findings")
        if findings:
            raise typer.Exit(EXIT_DISAGREES)


@app.command("explain")
def explain(
    member: Annotated[str, typer.Argument(help="Card number or id of the member.")],
    home: HomeOption = None,
    language: Annotated[
        Language, typer.Option(help="Of the reasons that the programme gives.")
    ] = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Say what a member's balance is made of: each entry, its rules, and the programme's version.

    Example: paragon ledger explain 2900000000178504
    """
    with faults_in_words(), _ledger(home_of(home)) as (store, identity):
        with store.reading() as connection:
            known = ledger_desk.find_member(connection, member)
            if known is None:
                raise TerminalError(
                    f"No member {member!r} is known at this till.",
                    "Check the number; paragon sync fetches what head office knows.",
                )
            now_ms = epoch_ms(utc_now())
            explanation = ledger_desk.explain(connection, identity, known, now_ms, language.value)
        if as_json:
            print_json(explanation)
        else:
            _print_explanation(explanation, identity.zone)


@app.command("rebuild")
def rebuild(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Make balances, day sums and vouchers anew from the journal, and say what was different.

    Receipts are not in the journal: those that are gone are named and stay gone, exit code 1.

    Example: paragon ledger rebuild
    """
    with faults_in_words(), _ledger(home_of(home)) as (store, identity):
        with store.writing() as connection:
            damage = journal_checks.journal_findings(connection, identity)
            if damage:
                raise TerminalError(
                    f"The journal itself is damaged at entry {damage[0].seq}: {damage[0].what}.",
                    "Nothing was rebuilt; see paragon ledger verify.",
                )
            rebuilt = ledger_checks.rebuild(connection, identity)
        if as_json:
            print_json(rebuilt)
        else:
            _print_rebuilt(rebuilt)
        if rebuilt.not_rebuilt:
            raise typer.Exit(EXIT_DISAGREES)


@app.command("export")
def export(
    home: HomeOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of JSON lines.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print every entry of the journal, oldest first: JSON lines, or CSV.

    Example: paragon ledger export --csv > journal.csv
    """
    with faults_in_words(), _ledger(home_of(home)) as (store, identity):
        if as_csv and as_json:
            raise TerminalError("Entries come as CSV or as JSON, not both.", "Choose one.")
        with store.reading() as connection, _until_reader_leaves():
            rows = map(_exported, journal_checks.sealed_entries(connection, identity))
            if as_csv:
                writer = csv.writer(sys.stdout, lineterminator="\n")
                writer.writerow(EXPORT_COLUMNS)
                writer.writerows([_cell(row[name]) for name in EXPORT_COLUMNS] for row in rows)
            else:
                for row in rows:
                    print_json(row)
            sys.stdout.flush()


@contextmanager
def _until_reader_leaves() -> Iterator[None]:
    """End the command quietly when what reads its output (`head`) has seen enough."""
    try:
        yield
    except BrokenPipeError:
        # Else the interpreter complains once more when it flushes what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None


@contextmanager
def _ledger(home: Path) -> Iterator[tuple[Store, Identity]]:
    """The till's store alone: a check must not touch the printer or the line."""
    nobody = NotSetUp(f"There is no till in {home}.", "Name its folder with --home.")
    if not (home / STORE_FILE).exists():
        raise nobody
    store = open_store(home / STORE_FILE)
    try:
        with store.reading() as connection:
            identity = settings.read_identity(connection)
        if identity is None:
            raise nobody
        yield store, identity
    finally:
        store.close()


def _print_rebuilt(rebuilt: ledger_checks.Rebuilt) -> None:
    for what in rebuilt.different + rebuilt.not_rebuilt:
        typer.echo(what)
    count = len(rebuilt.different)
    typer.echo(f"Rebuilt; {count} were different." if count else "Rebuilt; all was right.")
    if rebuilt.not_rebuilt:
        typer.echo(f"{len(rebuilt.not_rebuilt)} receipts cannot be rebuilt from a journal.")


def _exported(row: Sealed) -> dict[str, Any]:
    entry = decode_entry(row.body)
    exported = msgspec.structs.asdict(entry)
    for name in ("occurred_at", "recorded_at"):
        exported[name] = from_epoch_ms(exported.pop(f"{name}_ms")).isoformat()
    exported["seal"] = row.seal.hex()
    return exported


def _cell(value: object) -> object:
    """`value` for CSV: numbers as they are, texts safe for a spreadsheet, the rest as JSON."""
    if isinstance(value, int):
        return value
    return safe_cell(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def _print_explanation(explanation: ledger_desk.Explanation, zone: ZoneInfo) -> None:
    heard = explanation.heard_at_ms
    age = f"as of {_local(heard, zone):%Y-%m-%d %H:%M}" if heard else "never heard of yet"
    name = "".join(filter(str.isprintable, explanation.member.name))
    console = Console(width=None if sys.stdout.isatty() else PIPED_COLUMNS)
    console.print(f"{name}, card {explanation.member.card}", markup=False, soft_wrap=True)
    _print_wallet(console, explanation, age, zone)
    for wallet in explanation.wallets:
        console.print(f"wallet {wallet.wallet}", markup=False)
        _print_wallet(console, wallet, age, zone)


def _print_wallet(
    console: Console,
    explained: ledger_desk.Explanation | ledger_desk.ExplainedWallet,
    age: str,
    zone: ZoneInfo,
) -> None:
    table = Table("when", "entry", "receipt", "what and by which rule", "programme")
    table.add_column("points", justify="right")
    table.add_column("balance", justify="right")
    for entry in explained.entries:
        recomputed = entry.recomputed_points
        doubt = "" if recomputed in (None, entry.points) else f" [recomputed: {recomputed:+}]"
        table.add_row(
            _local(entry.occurred_at_ms, zone).strftime("%Y-%m-%d %H:%M"),
            f"{entry.seq} {entry.kind}",
            escape(entry.receipt),
            escape(f"{entry.rule}{doubt}"),
            entry.programme,
            f"{entry.points:+}" if entry.points else "",
            f"{entry.balance:,}",
        )
    console.print(table)
    typer.echo(f"at this terminal:             {explained.points_here:,}")
    typer.echo(f"at other terminals:           {explained.points_elsewhere:,} ({age})")
    typer.echo(f"balance:                      {explained.points:,}")
    for line in safe_lines(explained.safe, Words("en"), is_asked_back=False):
        typer.echo(line)


def _local(moment_ms: int, zone: ZoneInfo) -> datetime:
    return from_epoch_ms(moment_ms).astimezone(zone)
