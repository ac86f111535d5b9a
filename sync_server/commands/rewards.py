"""Commands on the rewards of the catalogue."""

import typer

from sync_server.commands.output import HomeOption, JsonOption, say, say_json

STOCK_EXAMPLE = "Example: paragon-server rewards stock --home /srv/paragon"

rewards = typer.Typer(help="Rewards of the catalogue.", no_args_is_help=True)


@rewards.command("stock", epilog=STOCK_EXAMPLE)
def rewards_stock(home: HomeOption, json: JsonOption = False) -> None:
    """Put in stock what the programme in force says, which head office also does by itself while it
    serves, and list what is left."""
    from sync_server.bookkeeping.own_journal import OwnJournal
    from sync_server.bookkeeping.stocking import Stocking, stock_of
    from sync_server.bootstrap import present
    from sync_server.commands.opening import founded_store
    from sync_server.store.engine import reading
    from sync_server.store.settings import load_settings
    from sync_server.terminals.ingest import Ingest

    with founded_store(home) as engine:
        with reading(engine) as connection:
            zone = load_settings(connection).zone
        journal = OwnJournal(engine, present, Ingest(engine, present, zone, []))
        done = Stocking(engine, present, journal).stock()
        with reading(engine) as connection:
            stock = stock_of(connection)
    if json:
        say_json({"done": done, "stock": stock})
        return
    for one in stock:
        say(f"{one.reward}: {one.stock} in all, {one.left} left")
    if done.waiting:
        say(f"{done.waiting} wait for tills to give back what the programme has less.")
