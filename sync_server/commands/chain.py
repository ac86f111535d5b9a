"""Commands that make a chain and let people and tills in."""

from pathlib import Path
from typing import Annotated, Any

import typer

from loyalty.clock import epoch_ms
from sync_server.commands.output import HomeOption, JsonOption, say, say_json
from sync_server.commands.telling import Wanted
from sync_server.config import ServerConfig
from sync_server.errors import ConfigInvalid

MAX_REJECTED_NAMED = 5
PASSWORD_CHARACTERS = 10

FOUND_EXAMPLE = (
    'Example: paragon-server found --home /srv/paragon --shop "Nasz Sklep" --currency PLN '
    '--timezone Europe/Warsaw --branch "KRK=Kraków" --terminal "KRK-1=KRK"'
)
CODE_EXAMPLE = "Example: paragon-server code KRK-1 --home /srv/paragon"
USER_EXAMPLE = "Example: paragon-server user add anna --home /srv/paragon"

user = typer.Typer(help="People who may log in to head office.", no_args_is_help=True)


def found(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    home: HomeOption,
    shop: Annotated[str, typer.Option(help="The shop's name, as receipts carry it.")],
    currency: Annotated[str, typer.Option(help="ISO 4217 code, such as PLN.")] = "GBP",
    timezone: Annotated[str, typer.Option(help="Where its days begin and end.")] = "Europe/London",
    database: Annotated[
        str, typer.Option(help="postgresql://… or sqlite:///…; a file in the home by default.")
    ] = "",
    programme: Annotated[Path | None, typer.Option(help="Programme document (TOML).")] = None,
    branch: Annotated[list[str] | None, typer.Option(help='"CODE=Name", repeatable.')] = None,
    terminal: Annotated[list[str] | None, typer.Option(help='"ID=BRANCH", repeatable.')] = None,
    members: Annotated[Path | None, typer.Option(help="Members to begin with (CSV).")] = None,
    products: Annotated[Path | None, typer.Option(help="Goods to begin with (CSV).")] = None,
    working_sets: Annotated[
        Wanted, typer.Option(help="Tell tills of all members, or of those of their branch.")
    ] = "all",
    json: JsonOption = False,
) -> None:
    """Found a chain: its database, branches, terminals, first user and programme.

    Prints a one-time code for each terminal and the password of user `owner`, this once.
    """
    from sync_server.bootstrap import open_store, present
    from sync_server.commands import founding
    from sync_server.commands.csv_files import read_members, read_products

    now_ms = epoch_ms(present())
    plan = founding.Plan(
        shop=shop,
        timezone=timezone,
        programme=founding.programme_for(programme, currency),
        branches=_pairs("--branch", branch or []),
        terminals=_pairs("--terminal", terminal or []),
        members=_all_lines(members, *read_members(members, now_ms)) if members else (),
        products=_all_lines(products, *read_products(products, currency)) if products else (),
        working_sets=working_sets,
    )
    founding.check_plan(plan)
    founding.require_text(str(home))
    database = founding.settled_database(database) if database else ""
    _make_home(home)
    config = _config_of(home, database)
    engine = open_store(config.database)
    try:
        answer = founding.found(engine, home, config, plan, now_ms)
    finally:
        engine.dispose()
    if json:
        say_json(answer)
        return
    say(f"{shop} is founded in {home}. Each code sets up one till within a day:")
    for code in answer.terminals:
        say(f"  {code.terminal:16} {code.code}")
    say(f"User {founding.OWNER}, password {answer.owner_password}")
    say(f"Next: paragon-server serve --home {home}")


def code(
    terminal: Annotated[str, typer.Argument(help="Id of the terminal, such as KRK-1.")],
    home: HomeOption,
    json: JsonOption = False,
) -> None:
    """Make a one-time code that sets up a till as TERMINAL, in place of any code before.

    A till that was this terminal keeps working until the code is used.
    """
    from sync_server.bootstrap import present
    from sync_server.commands.opening import founded_store
    from sync_server.store.engine import writing
    from sync_server.terminals.enrolment import issue_code

    with founded_store(home) as engine, writing(engine) as connection:
        fresh = issue_code(connection, terminal, epoch_ms(present()))
    if json:
        say_json(fresh)
    else:
        say(f"{fresh.code} sets up one till as {terminal} within a day.")


@user.command("add", epilog=USER_EXAMPLE)
def user_add(
    name: Annotated[str, typer.Argument(help="How they log in.")],
    home: HomeOption,
    password_stdin: Annotated[
        bool, typer.Option(help="Read the password from standard input.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Let NAME log in to head office. A password is made and printed unless one is given."""
    import secrets

    from sqlalchemy.exc import IntegrityError

    from sync_server.bootstrap import present
    from sync_server.commands import founding
    from sync_server.commands.opening import founded_store
    from sync_server.office.passwords import MAX_NAME_CHARACTERS, MAX_PASSWORD_CHARACTERS
    from sync_server.store.engine import writing

    name = name.strip()
    if not name.isprintable() or not 0 < len(name) <= MAX_NAME_CHARACTERS:
        raise ConfigInvalid(f"A user's name has 1 to {MAX_NAME_CHARACTERS} printable characters.")
    given = typer.get_text_stream("stdin").readline().rstrip("\r\n") if password_stdin else ""
    if password_stdin and len(given) < PASSWORD_CHARACTERS:
        raise ConfigInvalid(f"A password has at least {PASSWORD_CHARACTERS} characters.")
    if len(given) > MAX_PASSWORD_CHARACTERS:
        raise ConfigInvalid(f"A password has at most {MAX_PASSWORD_CHARACTERS} characters.")
    password = given or secrets.token_urlsafe(founding.PASSWORD_BYTES)
    try:
        with founded_store(home) as engine, writing(engine) as connection:
            founding.add_user(connection, name, "office", password, epoch_ms(present()))
    except IntegrityError:
        raise ConfigInvalid(f"There is a user {name!r} already.", "Choose another name.") from None
    if json:
        say_json({"name": name} if given else {"name": name, "password": password})
    else:
        say(f"{name} may log in." if given else f"{name} may log in with password {password}")


def _config_of(home: Path, database: str) -> ServerConfig:
    """What `home` is configured to be; with `database` (or its own file) when it is not yet."""
    from sync_server.commands import founding
    from sync_server.config import config_path, load_config

    if not config_path(home).exists():
        return ServerConfig(database=database or founding.default_database(home))
    config = load_config(home)
    if database and database != founding.settled_database(config.database):
        raise ConfigInvalid(f"{config_path(home)} names another database.", "Leave --database out.")
    return config


def _pairs(option: str, values: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for value in values:
        left, equals, right = (part.strip() for part in value.partition("="))
        if not (left and equals and right):
            raise ConfigInvalid(f"{option} {value!r} is not of the form LEFT=RIGHT.")
        if left in pairs:
            raise ConfigInvalid(f"{option} names {left!r} twice.")
        pairs[left] = right
    return pairs


def _all_lines(path: Path, things: list[Any], rejected: list[Any]) -> list[Any]:
    if rejected:
        named = "; ".join(
            f"line {line.line}: {line.reason}" for line in rejected[:MAX_REJECTED_NAMED]
        )
        raise ConfigInvalid(
            f"{path} has {len(rejected)} lines that cannot be taken ({named}).",
            "Correct them; nothing was founded.",
        )
    return things


def _make_home(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise ConfigInvalid(f"{home} cannot be made: {fault.strerror}.") from None
