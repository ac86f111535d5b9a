"""Leaving the letters: opened by members from a link, or posted by their mail program.

Opening the page changes nothing, because mail scanners open links too; the button does, and so
does the bare POST of RFC 8058. The signed link is the whole authority, so there is no login and
no cross-site token.
"""

from typing import Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sync_server.campaigns.unsubscribe import Subscription, subscription_of, withdraw_consent
from sync_server.campaigns.wording import spoken
from sync_server.office.desk import Desk, OfficeRequest, Page
from sync_server.office.sessions import OPEN_TO_ALL


class Words(msgspec.Struct, frozen=True):
    """The page's texts in one language."""

    title: str
    asks: str
    button: str
    done: str
    unknown: str


WORDS = {
    "en": Words(
        "News by e-mail",
        "Do you want no more letters from us? Your card and your points stay as they are.",
        "Stop the letters",
        "Done. You will get no more letters from us. Your card and your points stay as they are.",
        "This link is not complete. Please open it again from the letter.",
    ),
    "pl": Words(
        "Wiadomości e-mail",
        "Nie chcesz już dostawać od nas wiadomości? Karta i punkty pozostaną bez zmian.",
        "Zrezygnuj z wiadomości",
        "Gotowe. Nie będziemy już wysyłać wiadomości. Karta i punkty pozostają bez zmian.",
        "Ten link jest niepełny. Otwórz go jeszcze raz z wiadomości.",
    ),
    "ru": Words(
        "Новости по электронной почте",
        "Не хотите больше получать от нас письма? Карта и баллы останутся у вас.",
        "Отказаться от писем",
        "Готово. Больше мы не будем присылать письма. Карта и баллы остаются у вас.",
        "Ссылка неполная. Откройте её ещё раз из письма.",
    ),
}

_OPEN: dict[str, Any] = {OPEN_TO_ALL: True, "exclude_from_csrf": True}


@get("/u/{token:str}", sync_to_thread=True, **_OPEN)
def unsubscribe_page(
    request: OfficeRequest, desk: NamedDependency[Desk], token: FromPath[str]
) -> Page:
    """Ask whether to stop, or say that it is done already."""
    with desk.reading() as connection:
        subscription = subscription_of(connection, token, desk.settings.link_secret)
    return _page(request, desk, subscription)


@post("/u/{token:str}", status_code=200, sync_to_thread=True, **_OPEN)
def unsubscribe(request: OfficeRequest, desk: NamedDependency[Desk], token: FromPath[str]) -> Page:
    """Withdraw the consent; doing it again is no fault."""
    with desk.writing() as connection:
        secret = desk.settings.link_secret
        subscription = subscription_of(connection, token, secret)
        if subscription is not None:
            withdraw_consent(connection, subscription.member_id)
            subscription = msgspec.structs.replace(subscription, email_consent=False)
    return _page(request, desk, subscription)


def _page(request: OfficeRequest, desk: Desk, subscription: Subscription | None) -> Page:
    language = spoken(subscription.language if subscription else "")
    words = WORDS[language]
    if subscription is None:
        text, asks, status_code = words.unknown, False, 404
    elif subscription.email_consent:
        text, asks, status_code = words.asks, True, 200
    else:
        text, asks, status_code = words.done, False, 200
    return desk.page(
        request,
        "unsubscribe.html",
        status_code=status_code,
        language=language,
        words=words,
        text=text,
        asks=asks,
    )
