"""Who is asking: the bearer token of a terminal, looked up before a body is read."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from sqlalchemy import Engine

from sync_server.store.engine import reading
from sync_server.terminals.enrolment import KnownTerminal, terminal_of_token

SCHEME = "bearer"
MAX_TOKEN_CHARACTERS = 200
NOT_KNOWN_HERE = (
    "Head office does not know this token: the terminal was revoked or set up again. "
    "Ask for a new code and set the till up with it."
)

Asking = ASGIConnection[Any, Any, Any, Any]


def terminals_alone(engine: Engine) -> Callable[[Asking, BaseRouteHandler], Awaitable[None]]:
    """A guard that lets terminals of the chain through and answers everyone else with 401.

    The terminal is the request's `user` from there on.
    """

    async def guard(asking: Asking, _handler: BaseRouteHandler) -> None:
        scheme, _, token = asking.headers.get("authorization", "").partition(" ")
        known = None
        if scheme.lower() == SCHEME and 0 < len(token) <= MAX_TOKEN_CHARACTERS:
            known = await asyncio.to_thread(_known, engine, token)
        if known is None:
            raise NotAuthorizedException(NOT_KNOWN_HERE)
        asking.scope["user"] = known

    return guard


def _known(engine: Engine, token: str) -> KnownTerminal | None:
    with reading(engine) as connection:
        return terminal_of_token(connection, token)
