"""Signing in and out."""

import asyncio
from typing import Any

import msgspec
import structlog
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from sync_server.office.desk import Desk, OfficeRequest, Page
from sync_server.office.lockout import SHUT_FOR, Lockout
from sync_server.office.passwords import MAX_NAME_CHARACTERS, is_password, password_hash_of
from sync_server.office.sessions import OPEN_TO_ALL, SESSION_COOKIE, Sessions, session_cookie

WRONG = "The name or the password is wrong."
SHUT = f"Too many wrong passwords. Wait {SHUT_FOR.seconds // 60} minutes and try again."

_OPEN: dict[str, Any] = {OPEN_TO_ALL: True}
_log = structlog.get_logger(__name__)


class Credentials(msgspec.Struct, frozen=True):
    """The login form."""

    name: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials(name={self.name!r})"


@get("/login", sync_to_thread=False, **_OPEN)
def login_page(request: OfficeRequest, desk: NamedDependency[Desk]) -> Page:
    """The form."""
    return _form(request, desk)


@post("/login", **_OPEN)
async def sign_in(
    request: OfficeRequest,
    desk: NamedDependency[Desk],
    sessions: NamedDependency[Sessions],
    lockout: NamedDependency[Lockout],
    password_checks: NamedDependency[asyncio.Semaphore],
    data: URLEncodedBody[Credentials],
) -> Response[Any]:
    """Open a session for a good password; a wrong one is counted, and too many shut the door.

    A shut door is answered before the password is looked at, so waiting is all that helps.
    """
    name = data.name.replace("\x00", "").strip()[:MAX_NAME_CHARACTERS]
    address = request.client.host if request.client else ""
    async with password_checks:
        # Asked and counted in one step, before the slow check: tries made side by side all count.
        if not lockout.begin_try(name, address):
            return _form(request, desk, name, SHUT, status_code=429)
        good = await asyncio.to_thread(_is_good, desk, name, data.password)
    if not good:
        _log.warning("wrong password", user=name, address=address)
        return _form(request, desk, name, WRONG, status_code=401)
    lockout.good_try(name, address)
    await sessions.close(request.cookies.get(SESSION_COOKIE, ""))
    token = await sessions.open(name)
    is_https = request.url.scheme == "https"
    _log.info("signed in", user=name, address=address)
    return Redirect("/", status_code=303, cookies=[session_cookie(token, secure=is_https)])


@post("/logout")
async def sign_out(request: OfficeRequest, sessions: NamedDependency[Sessions]) -> Response[Any]:
    """End the session, here and in the browser."""
    await sessions.close(request.auth)
    answer = Redirect("/login", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def _is_good(desk: Desk, name: str, password: str) -> bool:
    with desk.reading() as connection:
        stored_hash = password_hash_of(connection, name)
    return is_password(stored_hash, password)


def _form(
    request: OfficeRequest, desk: Desk, name: str = "", problem: str = "", status_code: int = 200
) -> Page:
    return desk.page(
        request,
        "login.html",
        status_code=status_code,
        language="en",
        name=name,
        problem=problem,
    )
