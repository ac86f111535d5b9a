"""Commands that publish versions of the programme: a start, a list, and taking one back."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from loyalty.clock import epoch_ms, from_epoch_ms
from sync_server.commands.output import HomeOption, JsonOption, say, say_json
from sync_server.errors import ConfigInvalid, NotPublished

if TYPE_CHECKING:
    from sync_server.store.publishable import Version

PUBLISH_EXAMPLE = (
    "Example: paragon-server programme publish silver_beans.toml --home /srv/paragon "
    "--from 2026-12-01T00:00"
)
LIST_EXAMPLE = "Example: paragon-server programme list --home /srv/paragon"
WITHDRAW_EXAMPLE = "Example: paragon-server programme withdraw silver_beans@4 --home /srv/paragon"

FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="When it starts, by the shop's clock, as 2026-12-01T00:00; left out: now.",
        show_default=False,
    ),
]


class ListedVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version as `programme list` tells it: `state` is past, "in force", waiting or withdrawn,
    `starts` by the shop's clock; `tills` are those whose latest entry was made under it."""

    programme: str
    state: str
    starts: str
    tills: tuple[str, ...]


def programme_publish(
    file: Annotated[Path, typer.Argument(help="The programme's document, a TOML file.")],
    home: HomeOption,
    start: FromOption = None,
    json: JsonOption = False,
) -> None:
    """Publish the programme in FILE: tills keep to the version they have until it starts.

    Its version must be higher than those before. A document that cannot be put in force is
    refused with all that is wrong with it, and nothing changes.
    """
    from sync_server.bootstrap import present
    from sync_server.commands.founding import read_document
    from sync_server.commands.opening import founded_store
    from sync_server.store.engine import writing
    from sync_server.store.programmes import bring_into_force, publish, started_before
    from sync_server.store.settings import load_settings

    document = read_document(file)
    with founded_store(home) as engine, writing(engine) as connection:
        zone = load_settings(connection).zone
        now_ms = epoch_ms(present())
        starts_at_ms = now_ms if start is None else _moment(start, zone)
        if starts_at_ms < now_ms:
            raise ConfigInvalid(
                f"{start} is past: what was promised until now stays promised.",
                "Leave --from out to start now.",
            )
        started_at_ms = started_before(connection, document, now_ms)
        published = publish(connection, document, starts_at_ms, now_ms)
        in_force = bring_into_force(connection, now_ms)
        starts = _in_words(started_at_ms or starts_at_ms, zone)
        if started_at_ms is not None and in_force != published.label:
            raise NotPublished(
                f"{published.label} started {starts}; {in_force} came after it and is in force.",
                "Give the document a higher version to have it again.",
            )
    if json:
        say_json({"programme": published.label, "starts": starts, "in_force": in_force})
    elif started_at_ms is not None:
        say(f"{published.label} is in force since {starts}; nothing was changed.")
    elif in_force == published.label:
        say(f"{published.label} is in force; tills take it with their next sync.")
    else:
        say(f"{published.label} starts {starts}; until then {in_force} is in force.")


def programme_list(home: HomeOption, json: JsonOption = False) -> None:
    """List the versions that were published, and which tills work under which."""
    from rich.console import Console
    from rich.table import Table

    listed = _listed(home)
    if json:
        say_json(listed)
        return
    table = Table("programme", "state", "starts", "tills that last worked under it", box=None)
    for one in listed:
        table.add_row(one.programme, one.state, one.starts, ", ".join(one.tills) or "-")
    Console().print(table)


def programme_withdraw(
    programme: Annotated[str, typer.Argument(help="The version, as silver_beans@4.")],
    home: HomeOption,
    json: JsonOption = False,
) -> None:
    """Take back a version that has not started yet."""
    from sync_server.bootstrap import present
    from sync_server.commands.opening import founded_store
    from sync_server.store.engine import writing
    from sync_server.store.programmes import withdraw

    with founded_store(home) as engine, writing(engine) as connection:
        withdraw(connection, programme, epoch_ms(present()))
    if json:
        say_json({"programme": programme, "withdrawn": True})
    else:
        say(f"{programme} is taken back; tills forget its start with their next sync.")


def _listed(home: Path) -> Sequence[ListedVersion]:
    from sync_server.bootstrap import present
    from sync_server.commands.opening import founded_store
    from sync_server.store.engine import reading
    from sync_server.store.programmes import every_version, latest_used
    from sync_server.store.settings import load_settings

    with founded_store(home) as engine, reading(engine) as connection:
        settings = load_settings(connection)
        used = latest_used(connection)
        now_ms = epoch_ms(present())
        return [
            ListedVersion(
                programme=version.label,
                state=_state(version, settings.programme, now_ms),
                starts=_in_words(version.starts_at_ms, settings.zone),
                tills=tuple(sorted(till for till, label in used.items() if label == version.label)),
            )
            for version in every_version(connection)
        ]


def _state(version: "Version", in_force: str, now_ms: int) -> str:
    if version.withdrawn_at_ms is not None:
        return "withdrawn"
    if version.label == in_force:
        return "in force"
    return "waiting" if version.starts_at_ms > now_ms else "past"


def _moment(text: str, zone: ZoneInfo) -> int:
    """The moment written in `text`; without an offset it is by the shop's clock."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigInvalid(
            f"{text!r} is no moment.", "Write it as 2026-12-01T00:00, by the shop's clock."
        ) from None
    return epoch_ms(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _in_words(moment_ms: int, zone: ZoneInfo) -> str:
    return from_epoch_ms(moment_ms).astimezone(zone).strftime("%Y-%m-%d %H:%M")
