"""`paragon-server verify`: head office's books, made again from its entries."""

import typer

from sync_server.commands.output import DISAGREES, HomeOption, JsonOption, say, say_json

VERIFY_EXAMPLE = "Example: paragon-server verify --home /srv/paragon"


def verify(home: HomeOption, json: JsonOption = False) -> None:
    """Seal and fold every entry again, and say what in the books differs from them.

    Exits with 0 when everything holds, with 1 when something does not.
    """
    from sync_server.commands.opening import founded_store
    from sync_server.reconcile.verification import verify_books
    from sync_server.store.engine import reading
    from sync_server.store.settings import load_settings

    with founded_store(home) as engine, reading(engine) as connection:
        findings = list(verify_books(connection, load_settings(connection).zone))
    if json:
        say_json({"findings": findings})
    else:
        for finding in findings:
            say(f"{finding.where}: {finding.what}.")
        say(
            f"{len(findings)} places differ."
            if findings
            else "The books are what the entries make."
        )
    if findings:
        raise typer.Exit(DISAGREES)
