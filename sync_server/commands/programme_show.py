"""`paragon-server programme show`: what a programme promises, and what one basket earns by it."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sync_server.commands.output import JsonOption, say, say_json
from sync_server.errors import ConfigInvalid, UnknownSubject

if TYPE_CHECKING:
    from loyalty.programme.document import Programme
    from loyalty.programme.occasions import Occasion, Standing
    from loyalty.programme.words.speech import Section

SHOW_EXAMPLE = (
    "Example: paragon-server programme show ours.toml --basket 73.50 --on tuesday --tier silver"
)

Language = Literal["en", "pl", "ru"]

DAYS_A_WEEK = 7
NOON = "12:00"


def programme_show(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    file: Annotated[Path, typer.Argument(help="The programme's document, a TOML file.")],
    language: Annotated[Language, typer.Option(help="In which language.")] = "en",
    basket: Annotated[
        str, typer.Option(help="Say what a basket of this amount earns, such as 73.50.")
    ] = "",
    category: Annotated[str, typer.Option(help="The category of the basket's goods.")] = "",
    on: Annotated[
        str, typer.Option(help="The day of the basket: tuesday (the next one), or 2026-12-01.")
    ] = "",
    at: Annotated[
        str, typer.Option(help=f"The basket's time of day, such as 14:30; {NOON} by default.")
    ] = "",
    branch: Annotated[str, typer.Option(help="The branch of the basket.")] = "",
    tier: Annotated[str, typer.Option(help="The member's tier.")] = "",
    segment: Annotated[
        list[str] | None, typer.Option(help="A group the member is in, repeatable.")
    ] = None,
    spent: Annotated[
        str, typer.Option(help="What the member spent before this basket; 0 by default.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Say in plain words all that the programme in FILE promises.

    With --basket say instead what that basket earns a member, rule by rule and with the reasons:
    the same sum that tills and head office do. Limits over days and months are told as if it were
    the first basket of the day and of the month.
    """
    from loyalty.programme.occasions import Standing
    from loyalty.programme.words.telling import told
    from sync_server.commands.documents import programme_in

    programme = programme_in(file)
    if not basket:
        if category or on or at or branch or tier or segment or spent:
            raise ConfigInvalid(
                "These options are about a basket.", "Say with --basket what is bought, as 73.50."
            )
        _say_sections(programme, language, told(programme, language), json)
        return
    _require_tier(programme, tier)
    standing = Standing(
        tier=tier, spent_minor=_minor(programme, spent or "0"), segments=tuple(segment or ())
    )
    occasion = _occasion(programme, basket, category, _moment(on, at or NOON), branch)
    _say_basket(programme, language, occasion, standing, json)


def _say_sections(
    programme: "Programme", language: str, sections: tuple["Section", ...], json: bool
) -> None:
    if json:
        say_json({"programme": programme.label, "language": language, "sections": sections})
        return
    for section in sections:
        _say_section(section)


def _say_section(section: "Section") -> None:
    say(section.title)
    for sentence in section.sentences:
        say(f"  {sentence}")
    say("")


def _say_basket(
    programme: "Programme",
    language: str,
    occasion: "Occasion",
    standing: "Standing",
    json: bool,
) -> None:
    """Tell what the basket earns: the numbers for programs, the reasons for people."""
    from loyalty.programme.awards import award
    from loyalty.programme.words.basket import award_told

    earned = award(programme, occasion, standing)
    section = award_told(programme, occasion, earned, language)
    if json:
        say_json(
            {
                "programme": programme.label,
                "language": language,
                "at": occasion.at.strftime("%Y-%m-%dT%H:%M"),
                "award": earned,
                "sections": [section],
            }
        )
    else:
        _say_section(section)


def _occasion(
    programme: "Programme", basket: str, category: str, at: datetime, branch: str
) -> "Occasion":
    """A basket of one line."""
    from loyalty.baskets import Basket, Line
    from loyalty.programme.occasions import Occasion

    line = Line("", "", 1, _minor(programme, basket), category)
    return Occasion(basket=Basket((line,)), at=at, branch=branch)


def _minor(programme: "Programme", amount: str) -> int:
    """An option's amount in minor units. Raises AmountInvalid."""
    from loyalty.amounts import decimals_of, parse_amount

    return parse_amount(amount, decimals_of(programme.currency))


def _require_tier(programme: "Programme", tier: str) -> None:
    """Raise UnknownSubject for a tier that the programme does not have: it would just not apply."""
    names = [one.name for one in programme.tier]
    if tier and tier not in names:
        raise UnknownSubject(
            f"{programme.label} has no tier {tier!r}.",
            f"Choose one of {', '.join(names)}." if names else "It has no tiers at all.",
        )


def _moment(on: str, at: str) -> datetime:
    """The moment that --on and --at name, on the shop's wall: its zone does not matter.

    Raises ConfigInvalid for what is no day or no time.
    """
    try:
        hour = time.fromisoformat(at)
    except ValueError:
        raise ConfigInvalid(f"{at!r} is no time of day.", "Write it as 14:30.") from None
    # A time may come with a zone of its own, which the wall of a shop does not show.
    return datetime.combine(_day(on), hour.replace(tzinfo=UTC))


def _day(on: str) -> date:
    """A day by its date, or the next one, from today on, with the name `on`."""
    from loyalty.programme.terms.conditions import WEEKDAYS
    from sync_server.bootstrap import present

    today = present().date()
    for number, name in enumerate(WEEKDAYS):
        if on.casefold() == name:
            return today + timedelta(days=(number - today.weekday()) % DAYS_A_WEEK)
    try:
        return date.fromisoformat(on) if on else today
    except ValueError:
        raise ConfigInvalid(
            f"{on!r} is no day.", "Write a day's name, such as tuesday, or a date: 2026-12-01."
        ) from None
