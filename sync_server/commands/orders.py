"""Commands on orders: what members claimed that is sent to them, or told them as a code."""

from typing import TYPE_CHECKING, Annotated

import typer

from loyalty.clock import from_epoch_ms
from loyalty.life_cycles import COMPLAINT, RECEIVED, SENT, SETTLED
from sync_server.commands.output import HomeOption, JsonOption, say, say_json
from sync_server.commands.own_books import own_journal

if TYPE_CHECKING:
    from pathlib import Path

LIST_EXAMPLE = "Example: paragon-server orders list --state ordered --home /srv/paragon"
MOVE_EXAMPLE = 'Example: paragon-server orders send KRK-1.1.42 --note "parcel 7711"'
CANCEL_EXAMPLE = "Example: paragon-server orders cancel KRK-1.1.42 --home /srv/paragon"

orders = typer.Typer(help="Rewards that members ordered.", no_args_is_help=True)

OrderArgument = Annotated[str, typer.Argument(help="The order's number, as the list has it.")]
NoteOption = Annotated[str, typer.Option("--note", help="A note that the list shows.")]


@orders.command("list", epilog=LIST_EXAMPLE)
def orders_list(
    home: HomeOption,
    state: Annotated[str, typer.Option("--state", help="Only orders in this state.")] = "",
    json: JsonOption = False,
) -> None:
    """List orders, the oldest first."""
    from sync_server.commands.opening import founded_store
    from sync_server.store.engine import reading
    from sync_server.store.orders import list_orders
    from sync_server.store.settings import load_settings

    with founded_store(home) as engine, reading(engine) as connection:
        zone = load_settings(connection).zone
        found = list_orders(connection, state)
    if json:
        say_json(found)
        return
    for one in found:
        day = from_epoch_ms(one.claimed_at_ms).astimezone(zone).date()
        note = f"  {one.note}" if one.note else ""
        say(f"{one.order_id}  {day}  {one.state}  {one.count} {one.reward}  {one.account}{note}")
    say(f"{len(found)} orders.")


@orders.command("send", epilog=MOVE_EXAMPLE)
def orders_send(order: OrderArgument, home: HomeOption, note: NoteOption = "") -> None:
    """The order is on its way."""
    _move(home, order, SENT, note)


@orders.command("receive", epilog=MOVE_EXAMPLE)
def orders_receive(order: OrderArgument, home: HomeOption, note: NoteOption = "") -> None:
    """The member has it."""
    _move(home, order, RECEIVED, note)


@orders.command("complain", epilog=MOVE_EXAMPLE)
def orders_complain(order: OrderArgument, home: HomeOption, note: NoteOption = "") -> None:
    """The member complains of it, or that it never came."""
    _move(home, order, COMPLAINT, note)


@orders.command("settle", epilog=MOVE_EXAMPLE)
def orders_settle(order: OrderArgument, home: HomeOption, note: NoteOption = "") -> None:
    """The complaint was put right otherwise than by sending again or giving points back."""
    _move(home, order, SETTLED, note)


@orders.command("cancel", epilog=CANCEL_EXAMPLE)
def orders_cancel(
    order: OrderArgument, home: HomeOption, note: NoteOption = "", json: JsonOption = False
) -> None:
    """Cancel the order and give its points back to the member, and what was ordered to the stock.

    The same again gives back nothing more.
    """
    from sync_server.bookkeeping.orders import Orders
    from sync_server.bootstrap import present

    with own_journal(home) as (engine, journal):
        done = Orders(engine, present, journal).cancel(order, note)
    if json:
        say_json(done)
    elif done.posted:
        say(f"Order {order} is cancelled; its points are back.")
    else:
        say(f"Order {order} was cancelled before; nothing more is given back.")


def _move(home: "Path", order: str, state: str, note: str) -> None:
    from sync_server.bookkeeping.orders import Orders
    from sync_server.bootstrap import present

    with own_journal(home) as (engine, journal):
        Orders(engine, present, journal).move(order, state, note)
    say(f"Order {order} is {state}.")
