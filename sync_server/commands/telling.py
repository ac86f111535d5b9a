"""`paragon-server working-sets`: which members the tills are told of."""

from typing import Annotated, Literal

import typer

from sync_server.commands.output import HomeOption, JsonOption, say, say_json

WORKING_SETS_EXAMPLE = "Example: paragon-server working-sets branch --home /srv/paragon"

Wanted = Literal["all", "branch"]

_SAID = {
    "all": "Every till is told of all members.",
    "branch": "Each till is told of the members of its branch; a stranger's card earns at once, "
    "and is known from then on.",
}


def working_sets(
    home: HomeOption,
    wanted: Annotated[
        Wanted | None, typer.Argument(help="What to change it to; left out: say how it is.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say or change which members the tills are told of: all, or those of their branch.

    Tills learn of the change with their next syncs; what they know already they keep.
    """
    from sync_server.commands.opening import founded_store
    from sync_server.store.engine import writing
    from sync_server.store.working_sets import WorkingSets, switch
    from sync_server.store.working_sets import working_sets as present

    with founded_store(home) as engine, writing(engine) as connection:
        changed = wanted is not None and switch(connection, WorkingSets(wanted))
        now = present(connection)
    if json:
        say_json({"working_sets": now.value, "changed": changed})
    else:
        say(_SAID[now.value])
