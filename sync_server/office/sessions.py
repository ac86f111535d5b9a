"""Who is signed in: server-side sessions behind a random cookie.

A session exists only after a good password, and always under a new token, so there is none that a
stranger could plant or pile up. Tokens are kept hashed: memory that leaks opens nothing.
"""

import hashlib
import secrets
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import NotAuthorizedException
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.stores.memory import MemoryStore
from litestar.types import ASGIApp

SESSION_COOKIE = "paragon_office"
TOKEN_BYTES = 32
IDLE_S = 8 * 3_600
"""A session ends a working day after its last page."""

MAX_TOKEN_CHARACTERS = 100
OPEN_TO_ALL = "open_to_all"
"""The mark of a route that needs no login."""


class Sessions:
    """The sessions of this server process; a restart ends them all."""

    def __init__(self) -> None:
        self._store = MemoryStore()

    async def open(self, user: str) -> str:
        """A new session of `user`; the token to hand to the browser."""
        await self._store.delete_expired()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        await self._store.set(_key(token), user, expires_in=IDLE_S)
        return token

    async def user_of(self, token: str) -> str | None:
        """Who holds `token`, whose idle time starts again; None when it opens nothing."""
        if not token or len(token) > MAX_TOKEN_CHARACTERS:
            return None
        user = await self._store.get(_key(token), renew_for=IDLE_S)
        return None if user is None else user.decode()

    async def close(self, token: str) -> None:
        """End the session of `token`; without one, nothing happens."""
        await self._store.delete(_key(token))


class SignedIn(AbstractAuthenticationMiddleware):
    """Lets signed-in users through; strangers only where a route is open to all."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        super().__init__(app, exclude_from_auth_key=OPEN_TO_ALL, exclude_http_methods=())
        self._sessions = sessions

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        """The user behind the cookie. Raises NotAuthorizedException for a stranger."""
        token = connection.cookies.get(SESSION_COOKIE, "")
        user = await self._sessions.user_of(token)
        if user is None:
            raise NotAuthorizedException("Sign in first.")
        return AuthenticationResult(user=user, auth=token)


def session_cookie(token: str, *, secure: bool) -> Cookie:
    """The cookie that carries `token`: no script reads it, no foreign page sends it in a form."""
    return Cookie(
        key=SESSION_COOKIE,
        value=token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
