"""Commands on the rewards of the catalogue: what is left of them, and the codes of pools."""

from pathlib import Path
from typing import Annotated

import typer

from sync_server.commands.output import DISAGREES, HomeOption, JsonOption, say, say_json
from sync_server.commands.own_books import own_journal

STOCK_EXAMPLE = "Example: paragon-server rewards stock --home /srv/paragon"
CODES_EXAMPLE = "Example: paragon-server rewards codes cinema codes.csv --home /srv/paragon"

rewards = typer.Typer(help="Rewards of the catalogue.", no_args_is_help=True)


@rewards.command("stock", epilog=STOCK_EXAMPLE)
def rewards_stock(home: HomeOption, json: JsonOption = False) -> None:
    """Put in stock what the programme in force says, which head office also does by itself while it
    serves, and list what is left."""
    from sync_server.bookkeeping.stocking import Stocking, stock_of
    from sync_server.bootstrap import present
    from sync_server.store.engine import reading

    with own_journal(home) as (engine, journal):
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


@rewards.command("codes", epilog=CODES_EXAMPLE)
def rewards_codes(
    name: Annotated[str, typer.Argument(help="The reward, by its name in the programme.")],
    file: Annotated[Path, typer.Argument(help="CSV with the column code.")],
    home: HomeOption,
    json: JsonOption = False,
) -> None:
    """Put the codes of FILE into the pool of a reward, each once, and give them to the orders that
    wait for one.

    A line that cannot be read is named and left out; the exit code is 1 then.
    """
    from loyalty.clock import epoch_ms
    from loyalty.programme.catalogue import reward_named
    from loyalty.programme.document import load_programme
    from sync_server.bookkeeping.stocking import Stocking
    from sync_server.bootstrap import present
    from sync_server.commands.csv_files import read_codes
    from sync_server.errors import UnknownSubject
    from sync_server.store.engine import reading, writing
    from sync_server.store.orders import add_codes, hand_out_codes
    from sync_server.store.programmes import document_in_force

    codes, rejected = read_codes(file)
    with own_journal(home) as (engine, journal):
        with reading(engine) as connection:
            reward = reward_named(load_programme(document_in_force(connection)), name)
        if reward is None or reward.gives != "code":
            raise UnknownSubject(
                f"The programme in force has no reward {name!r} that gives a code.",
                "paragon-server programme show lists its rewards.",
            )
        with writing(engine) as connection:
            added = add_codes(connection, name, codes)
            handed = hand_out_codes(connection, name, epoch_ms(present()))
        Stocking(engine, present, journal).stock()
    if json:
        say_json({"added": added, "handed_out": handed, "rejected": rejected})
    else:
        say(f"{added} codes are new in the pool of {name}; {handed} waiting orders have theirs.")
        for one in rejected:
            say(f"line {one.line}: {one.reason}")
    if rejected:
        raise typer.Exit(DISAGREES)
