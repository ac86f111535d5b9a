"""The commands on programme documents: checked here, the others a module each.

A command of another module is a plain function with its example beside it; it is hung on
`programme` at the end of this module, as `__main__` hangs the others on the whole.
"""

from pathlib import Path
from typing import Annotated

import typer

from sync_server.commands.output import JsonOption, say, say_json
from sync_server.commands.programme_publish import (
    LIST_EXAMPLE,
    PUBLISH_EXAMPLE,
    WITHDRAW_EXAMPLE,
    programme_list,
    programme_publish,
    programme_withdraw,
)

CHECK_EXAMPLE = "Example: paragon-server programme check classic.toml"
SHOW_EXAMPLE = "Example: paragon-server programme show classic.toml --json"

programme = typer.Typer(help="Programme documents: what the shop promises.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="The programme's document, a TOML file.")]


def programme_check(file: FileArgument, json: JsonOption = False) -> None:
    """Say whether FILE is a programme that can be put in force."""
    from loyalty.programme.document import load_programme
    from sync_server.commands.founding import read_document

    loaded = load_programme(read_document(file), str(file))
    if json:
        say_json({"programme": loaded.label, "valid": True})
    else:
        say(f"{file} is a good programme: {loaded.label}.")


def programme_show(file: FileArgument, json: JsonOption = False) -> None:
    """Say in words what the programme in FILE promises."""
    from loyalty.programme.document import load_programme
    from sync_server.commands.founding import read_document

    loaded = load_programme(read_document(file), str(file))
    if json:
        say_json(loaded)
        return
    earning, reward, currency = loaded.earning, loaded.reward, loaded.currency
    if earning is not None:
        say(f"{loaded.label}: {earning.points} points for each full {earning.per} {currency}.")
    if reward is not None:
        say(
            f"At {reward.at_points} points they become a voucher of {reward.voucher} {currency}, "
            f"good for {reward.valid_days} days."
        )


programme.command("check", epilog=CHECK_EXAMPLE)(programme_check)
programme.command("show", epilog=SHOW_EXAMPLE)(programme_show)
programme.command("publish", epilog=PUBLISH_EXAMPLE)(programme_publish)
programme.command("list", epilog=LIST_EXAMPLE)(programme_list)
programme.command("withdraw", epilog=WITHDRAW_EXAMPLE)(programme_withdraw)
