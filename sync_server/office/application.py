"""The pages of head office as one router: everything behind the login unless marked otherwise."""

import asyncio
import hashlib
import hmac
from importlib import resources
from pathlib import Path

from litestar import Router
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.middleware.csrf import CSRFMiddleware
from litestar.static_files import create_static_files_router
from sqlalchemy import Engine

from loyalty.clock import Clock
from sync_server.config import MailConfig
from sync_server.office.audience_page import audience_chart, audience_page
from sync_server.office.campaigns_page import campaigns_page, switch_welcome
from sync_server.office.desk import Desk
from sync_server.office.headers import SecurityHeaders
from sync_server.office.lockout import Lockout
from sync_server.office.login_page import login_page, sign_in, sign_out
from sync_server.office.members_page import member_page, members_page
from sync_server.office.overview_page import overview_page
from sync_server.office.passwords import PASSWORDS_AT_ONCE
from sync_server.office.problems import problem_handlers
from sync_server.office.reconciliation_page import reconciliation_file, reconciliation_page
from sync_server.office.sessions import OPEN_TO_ALL, Sessions, SignedIn
from sync_server.office.unsubscribe_page import unsubscribe, unsubscribe_page
from sync_server.store.settings import Settings

CSRF_COOKIE = "paragon_form"
MAX_FORM_BYTES = 64 * 1024
STATIC_MAX_AGE_S = 3_600


def office_router(
    engine: Engine,
    clock: Clock,
    settings: Settings,
    mail: MailConfig | None = None,
    *,
    is_over_tls: bool = False,
) -> Router:
    """Head office's pages over the books in `engine`.

    `mail` is only shown: without it the campaign page says that letters wait. With `is_over_tls`
    no cookie ever leaves a browser in the clear.
    """
    desk = Desk(engine, clock, settings, mail)
    sessions = Sessions()
    lockout = Lockout(clock)
    password_checks = asyncio.Semaphore(PASSWORDS_AT_ONCE)
    forms = CSRFConfig(
        secret=_derived(settings.link_secret, "forms"),
        cookie_name=CSRF_COOKIE,
        cookie_httponly=True,
        cookie_secure=is_over_tls,
        cookie_samesite="strict",
    )
    return Router(
        path="/",
        route_handlers=[
            overview_page,
            reconciliation_page,
            reconciliation_file,
            members_page,
            member_page,
            audience_page,
            audience_chart,
            campaigns_page,
            switch_welcome,
            login_page,
            sign_in,
            sign_out,
            unsubscribe_page,
            unsubscribe,
            _static_files(),
        ],
        dependencies={
            "desk": Provide(lambda: desk, sync_to_thread=False),
            "sessions": Provide(lambda: sessions, sync_to_thread=False),
            "lockout": Provide(lambda: lockout, sync_to_thread=False),
            "password_checks": Provide(lambda: password_checks, sync_to_thread=False),
        },
        middleware=[
            SecurityHeaders(),
            # Litestar copies what it is handed, deeply; a closure keeps to the one `sessions`.
            lambda app: SignedIn(app, sessions),
            DefineMiddleware(CSRFMiddleware, config=forms),
        ],
        exception_handlers=problem_handlers(desk),
        request_max_body_size=MAX_FORM_BYTES,
        include_in_schema=False,
    )


def _static_files() -> Router:
    folder = resources.files("sync_server.office").joinpath("static")
    return create_static_files_router(
        path="/static",
        directories=[Path(str(folder))],
        opt={OPEN_TO_ALL: True, "exclude_from_csrf": True},
        cache_control=CacheControlHeader(max_age=STATIC_MAX_AGE_S, public=True),
    )


def _derived(secret: str, purpose: str) -> str:
    """A secret for one purpose alone, so that no signature serves for another."""
    return hmac.new(secret.encode(), f"paragon {purpose}".encode(), hashlib.sha256).hexdigest()
