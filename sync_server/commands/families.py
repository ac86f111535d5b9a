"""Commands on families: members who collect on one account."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync_server.commands.output import DISAGREES, HomeOption, JsonOption, say, say_json
from sync_server.commands.own_books import own_journal

if TYPE_CHECKING:
    from loyalty.members import Member
    from sync_server.bookkeeping.families import Families

ADD_EXAMPLE = (
    "Example: paragon-server family add 2900000000178504 2900000000151668 --home /srv/paragon"
)
REMOVE_EXAMPLE = "Example: paragon-server family remove 2900000000151668 --home /srv/paragon"
SHOW_EXAMPLE = "Example: paragon-server family show 2900000000178504 --home /srv/paragon"

WHY_NOT = {
    "unknown": "One of the cards is no member's. Check the numbers.",
    "alone": "The member belongs to no family.",
    "not-offered": "The programme has no family accounts. Publish one with [family].",
    "owner": "The account is the owner's own. It is neither joined nor left by its owner.",
    "elsewhere": "The member or the owner belongs to another family. Take them out of it first.",
    "full": "The family has as many members as the programme allows.",
    "not-now": "The member is of the family already.",
}

family = typer.Typer(help="Families that collect on one account.", no_args_is_help=True)

CardArgument = Annotated[str, typer.Argument(help="Card number of the member.")]
OwnerArgument = Annotated[str, typer.Argument(help="Card number of the owner of the account.")]


@family.command("add", epilog=ADD_EXAMPLE)
def family_add(
    owner: OwnerArgument,
    member: CardArgument,
    home: HomeOption,
    with_points: Annotated[
        bool,
        typer.Option("--with-points", help="Bring the points that the member has already."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Have MEMBER collect on the account of OWNER from now on.

    Points of before stay on the member's own account, where returns of earlier purchases find
    them, until --with-points moves them, with the days they have. What a till holds of them is
    asked back; the same command moves it once it is here.
    """
    from sync_server.bookkeeping.own_journal import Outcomes

    with _families(home) as families:
        found = families.add(_digits(owner), _digits(member))
        if not isinstance(found, tuple):
            raise _refused(str(found), json=json)
        moved = families.bring_points(_digits(member)) if with_points else Outcomes()
    if json:
        say_json({"family": [_told(one) for one in found], "moved": moved})
        return
    _say_family(found)
    if moved.waiting:
        say("Points that a till holds were asked back. Repeat the command to bring them.")
    elif with_points:
        say("The points of before are on the family's account.")


@family.command("remove", epilog=REMOVE_EXAMPLE)
def family_remove(member: CardArgument, home: HomeOption, json: JsonOption = False) -> None:
    """Have MEMBER collect alone again; what was collected stays on the family's account."""
    with _families(home) as families:
        _say_found(families.remove(_digits(member)), json=json)


@family.command("show", epilog=SHOW_EXAMPLE)
def family_show(member: CardArgument, home: HomeOption, json: JsonOption = False) -> None:
    """Show who collects on the same account as MEMBER, the owner first."""
    with _families(home) as families:
        _say_found(families.show(_digits(member)), json=json)


def _say_found(found: "tuple[Member, ...] | str", *, json: bool) -> None:
    if not isinstance(found, tuple):
        raise _refused(str(found), json=json)
    if json:
        say_json({"family": [_told(one) for one in found]})
    else:
        _say_family(found)


def _say_family(found: "tuple[Member, ...]") -> None:
    for member in found:
        role = " (owner)" if member.member_id == member.family else ""
        say(f"{member.card}  {member.name}{role}")


def _told(member: "Member") -> dict[str, str | bool]:
    is_owner = member.member_id == member.family
    return {"card": member.card, "name": member.name, "owner": is_owner}


def _refused(why: str, *, json: bool) -> typer.Exit:
    if json:
        say_json({"family": None, "refused": why})
    typer.echo(WHY_NOT[why], err=True)
    return typer.Exit(DISAGREES)


def _digits(card: str) -> str:
    return card.replace(" ", "").replace("-", "")


@contextmanager
def _families(home: Path) -> "Iterator[Families]":
    """The families of the head office in `home`."""
    from sync_server.bookkeeping.families import Families
    from sync_server.bootstrap import present

    with own_journal(home) as (engine, journal):
        yield Families(engine, present, journal)
