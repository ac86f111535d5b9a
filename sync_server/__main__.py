"""`paragon-server`: the command line of head office.

Exit codes: 0 done, 1 something does not agree or was left out, 2 it could not be done at all.
"""

import os
import sys

import typer

from loyalty.errors import LoyaltyError
from sync_server.commands import (
    books,
    chain,
    families,
    lotteries,
    orders,
    points,
    programme,
    rewards,
    serving,
    telling,
    terminals,
    verifying,
)
from sync_server.errors import ServerError

CANNOT = 2
SHOW_TRACEBACK = "PARAGON_TRACEBACK"
"""Environment variable that shows where a fault of the program itself lies."""

app = typer.Typer(
    help="Head office of a Paragon chain: keeps the books of every till.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("found", epilog=chain.FOUND_EXAMPLE)(chain.found)
app.command("serve", epilog=serving.SERVE_EXAMPLE)(serving.serve)
app.command("code", epilog=chain.CODE_EXAMPLE)(chain.code)
app.command("reconcile", epilog=books.RECONCILE_EXAMPLE)(books.reconcile)
app.command("verify", epilog=verifying.VERIFY_EXAMPLE)(verifying.verify)
app.command("rights", epilog=terminals.RIGHTS_EXAMPLE)(terminals.rights)
app.command("restored", epilog=terminals.RESTORED_EXAMPLE)(terminals.restored)
app.command("working-sets", epilog=telling.WORKING_SETS_EXAMPLE)(telling.working_sets)
app.add_typer(terminals.terminal, name="terminal")
app.add_typer(chain.user, name="user")
app.add_typer(programme.programme, name="programme")
app.add_typer(books.members, name="members")
app.add_typer(points.points, name="points")
app.add_typer(families.family, name="family")
app.add_typer(rewards.rewards, name="rewards")
app.add_typer(orders.orders, name="orders")
app.add_typer(lotteries.lottery, name="lottery")


def main() -> None:
    """Run the command line; what cannot be done is said in a sentence, never in a traceback."""
    from sqlalchemy.exc import SQLAlchemyError

    # Members' data and passwords: what this program writes is its owner's alone.
    os.umask(0o077)
    try:
        app()
    except (ServerError, LoyaltyError) as fault:
        _refuse(fault.message, fault.hint)
    except SQLAlchemyError as fault:
        what = str(getattr(fault, "orig", None) or fault).strip().splitlines()[0].rstrip(".")
        _refuse(
            f"The database refused: {what}.",
            "Check that the disk has room and that the database runs.",
        )
    except UnicodeDecodeError as fault:
        _refuse(
            f"A record in the database cannot be read: {fault}.",
            "The disk changed it: put the database back from a backup; tills tell what it lacks.",
        )
    except Exception as fault:
        if os.environ.get(SHOW_TRACEBACK):
            raise
        _refuse(
            f"Head office met a fault of its own ({type(fault).__name__}: {fault}).",
            f"Run it again with {SHOW_TRACEBACK}=1 and report what it shows.",
        )


def _refuse(message: str, hint: str) -> None:
    if "--json" in sys.argv:
        from sync_server.commands.output import say_json

        say_json({"error": message, "hint": hint})
    typer.echo(f"{message} {hint}".strip(), err=True)
    sys.exit(CANNOT)


if __name__ == "__main__":
    main()
