"""Commands on terminals and on who holds rights: lost tills, and books that were put back."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from loyalty.amounts import decimals_of, plain_amount
from loyalty.clock import epoch_ms
from sync_server.commands.output import HomeOption, JsonOption, say, say_json
from sync_server.errors import UnknownSubject

LIST_EXAMPLE = "Example: paragon-server terminal list --home /srv/paragon"
REVOKE_EXAMPLE = "Example: paragon-server terminal revoke KRK-1 --home /srv/paragon"
RECLAIM_EXAMPLE = "Example: paragon-server terminal reclaim KRK-1 --home /srv/paragon"
RIGHTS_EXAMPLE = "Example: paragon-server rights 2990000000014 --home /srv/paragon"
RESTORED_EXAMPLE = "Example: paragon-server restored --home /srv/paragon"

terminal = typer.Typer(help="The terminals of the chain.", no_args_is_help=True)

TerminalArgument = Annotated[str, typer.Argument(help="Id of the terminal, such as KRK-1.")]


@terminal.command("list", epilog=LIST_EXAMPLE)
def terminal_list(home: HomeOption, json: JsonOption = False) -> None:
    """Every terminal: last contact, journals, clock, what waits there, what it may spend."""
    from sync_server.bootstrap import present
    from sync_server.commands.opening import founded_store
    from sync_server.reports.rights import exposure
    from sync_server.reports.terminals import terminals_now
    from sync_server.store.engine import reading
    from sync_server.store.settings import load_settings

    with founded_store(home) as engine, reading(engine) as connection:
        found = terminals_now(connection, epoch_ms(present()))
        decimals = decimals_of(load_settings(connection).currency)
        total = exposure(connection)
    if json:
        say_json({"terminals": found, "exposure": total})
        return
    for one in found:
        say(
            f"{one.terminal:16} {one.branch:8} {one.state:11} "
            f"heard {_moment(one.last_contact_ms)}, clock {one.clock_offset_ms / 1000:+.1f} s, "
            f"journals {' '.join(map(str, one.epochs)) or 'none'}"
        )
        say(
            f"{'':16} holds the rights to {one.rights_held} points until "
            f"{_moment(one.lease_until_ms)}; waiting there: {one.waiting_entries} entries, "
            f"{one.waiting_points} points, {plain_amount(one.waiting_minor, decimals)}"
        )
        for refused in one.refused:
            say(
                f"{'':16} entry {refused.seq} of journal {refused.epoch} does not count: "
                f"{refused.reason}"
            )
    say(
        f"Of {total.points} points tills hold the rights to {total.held}, head office to "
        f"{total.pool}; debts {total.debts}."
    )


@terminal.command("revoke", epilog=REVOKE_EXAMPLE)
def terminal_revoke(
    name: TerminalArgument,
    home: HomeOption,
    now: Annotated[
        bool, typer.Option("--now", help="Take its rights back at once, without the grace.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Lock a terminal out for good: a till that is lost or stolen.

    Its rights come back when its lease and the programme's grace are over. With --now they come
    back at once; should the till have spent some by then, they may be spent twice.
    """
    from sync_server.bootstrap import present
    from sync_server.commands.opening import founded_store
    from sync_server.rights.revocation import revoke
    from sync_server.store.engine import writing

    with founded_store(home) as engine, writing(engine) as connection:
        taken = revoke(connection, name, epoch_ms(present()), is_now=now)
    if json:
        say_json(taken)
        return
    say(f"{name} is locked out.")
    if now:
        say(_taken_back(taken.points, taken.members, taken.vouchers))


@terminal.command("reclaim", epilog=RECLAIM_EXAMPLE)
def terminal_reclaim(name: TerminalArgument, home: HomeOption, json: JsonOption = False) -> None:
    """Take back what earlier journals of a terminal hold, when their disk is known to be gone.

    A till that was put back from a backup or set up again goes on in a journal of its own. What
    the one before it held comes back after lease and grace by itself, with this at once.
    """
    from sync_server.bootstrap import present
    from sync_server.commands.opening import founded_store
    from sync_server.rights.revocation import reclaim_earlier
    from sync_server.store.engine import writing

    with founded_store(home) as engine, writing(engine) as connection:
        taken = reclaim_earlier(connection, name, epoch_ms(present()))
    if json:
        say_json(taken)
    else:
        say(_taken_back(taken.points, taken.members, taken.vouchers))


def rights(
    member: Annotated[str, typer.Argument(help="Number or card of the member.")],
    home: HomeOption,
    json: JsonOption = False,
) -> None:
    """Who holds the rights to a member's points and vouchers, until when, what was asked back."""
    from sync_server.commands.opening import founded_store
    from sync_server.reports.rights import find_member, member_rights
    from sync_server.store.engine import reading

    with founded_store(home) as engine, reading(engine) as connection:
        member_id = find_member(connection, member)
        if member_id is None:
            raise UnknownSubject(
                f"Head office knows no member {member!r}.", "Look them up on the members page."
            )
        found = member_rights(connection, member_id)
    if json:
        say_json(found)
        return
    say(f"{found.member_id}: {found.points} points, {found.pool} of them at head office.")
    for one in found.holders:
        asked = f", {one.asked_back} asked back" if one.asked_back else ""
        until = "is locked out" if one.is_revoked else f"until {_moment(one.lease_until_ms)}"
        say(f"  {one.points:8} at {one.terminal}, journal {one.epoch}, {until}{asked}")
    for voucher in found.vouchers:
        place = (
            f"{voucher.terminal}, journal {voucher.epoch}" if voucher.terminal else "head office"
        )
        asked = ", asked back" if voucher.is_asked_back else ""
        say(f"  voucher {voucher.number} at {place}{asked}")


def restored(
    home: HomeOption,
    go_on: Annotated[
        bool, typer.Option("--go-on", help="Grant rights again, whoever was not heard yet.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Say that the database was put back from a backup.

    Every till then sends again what it knows, and no rights are granted until all have. Tills
    prove it by themselves as a rule; this is for when none has been heard yet. With --go-on
    rights are granted although some tills were not heard: revoke those that are lost first.
    """
    from sync_server.bootstrap import present
    from sync_server.commands.opening import founded_store
    from sync_server.store import history
    from sync_server.store.engine import writing

    with founded_store(home) as engine, writing(engine) as connection:
        if go_on:
            history.go_on(connection)
        else:
            history.note_restored(connection, epoch_ms(present()), "the operator said so")
        now = history.history_of(connection)
    if json:
        say_json({"history_id": now.history_id, "recovering": now.is_recovering})
    elif go_on:
        say("Rights are granted again.")
    else:
        say("The books are a new history. Rights are granted when every till has been heard.")


def _taken_back(points: int, members: int, vouchers: int) -> str:
    return (
        f"The rights to {points} points of {members} members and to {vouchers} vouchers were taken "
        "back: as much may have been spent twice."
    )


def _moment(moment_ms: int | None) -> str:
    if not moment_ms:
        return "never"
    return datetime.fromtimestamp(moment_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
