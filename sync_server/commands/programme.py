"""The commands on programme documents: checked and compared here, the others a module each.

A command of another module is a plain function with its example beside it; it is hung on
`programme` at the end of this module, as `__main__` hangs the others on the whole.
"""

from pathlib import Path
from typing import Annotated

import typer

from sync_server.commands.output import DISAGREES, JsonOption, say, say_json
from sync_server.commands.programme_publish import (
    LIST_EXAMPLE,
    PUBLISH_EXAMPLE,
    WITHDRAW_EXAMPLE,
    programme_list,
    programme_publish,
    programme_withdraw,
)
from sync_server.commands.programme_show import SHOW_EXAMPLE, programme_show
from sync_server.commands.programme_simulate import SIMULATE_EXAMPLE, programme_simulate

CHECK_EXAMPLE = "Example: paragon-server programme check classic.toml"
DIFF_EXAMPLE = "Example: paragon-server programme diff ours.toml ours-2.toml"

programme = typer.Typer(help="Programme documents: what the shop promises.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="The programme's document, a TOML file.")]


def programme_check(file: FileArgument, json: JsonOption = False) -> None:
    """Say whether FILE is a programme that can be put in force, and what it promises.

    All that is wrong with it is told at once, each fault with its line; the exit code is 1 then,
    and 2 when there is no such file or it may not be read.
    """
    from loyalty.errors import ProgrammeInvalid
    from sync_server.commands.documents import programme_in, say_faults, subjects_of

    try:
        found = programme_in(file)
    except ProgrammeInvalid as fault:
        say_faults(file, fault, json)
        raise typer.Exit(DISAGREES) from None
    subjects = subjects_of(found)
    if json:
        say_json({"programme": found.label, "valid": True, "faults": [], "subjects": subjects})
        return
    say(f"{file} is a good programme: {found.label}, in {found.currency}.")
    for subject, names in subjects.items():
        say(f"  {subject}: {', '.join(names)}")


def programme_diff(old: FileArgument, new: FileArgument, json: JsonOption = False) -> None:
    """Say key by key what the programme in NEW promises otherwise than the one in OLD.

    The exit code is 0 when they promise the same, and 1 when they differ.
    """
    from loyalty.programme.differing import differences
    from sync_server.commands.documents import programme_in

    was, now = programme_in(old), programme_in(new)
    found = differences(was, now)
    if json:
        say_json({"old": was.label, "new": now.label, "differences": found})
    elif found:
        for difference in found:
            say(f"{difference}.")
    else:
        say(f"{was.label} and {now.label} promise the same.")
    if found:
        raise typer.Exit(DISAGREES)


programme.command("check", epilog=CHECK_EXAMPLE)(programme_check)
programme.command("diff", epilog=DIFF_EXAMPLE)(programme_diff)
programme.command("show", epilog=SHOW_EXAMPLE)(programme_show)
programme.command("simulate", epilog=SIMULATE_EXAMPLE)(programme_simulate)
programme.command("publish", epilog=PUBLISH_EXAMPLE)(programme_publish)
programme.command("list", epilog=LIST_EXAMPLE)(programme_list)
programme.command("withdraw", epilog=WITHDRAW_EXAMPLE)(programme_withdraw)
