"""Who is asking: the bearer token of a terminal, looked up before a body is read."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from sqlalchemy import Engine

from sync_server.store.engine import reading
from sync_server.terminals.enrolment import KnownTerminal, terminal_of_token, token_hash

SCHEME = "bearer"
MAX_TOKEN_CHARACTERS = 200
MAX_TERMINALS_MET = 100_000
"""Kept in memory, some 300 bytes each; beyond it they are looked up once more."""

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
        token = _token(asking)
        known = await asyncio.to_thread(_known, engine, token) if token else None
        _let_in(asking, known)

    return guard


def met_terminals(engine: Engine) -> Callable[[Asking, BaseRouteHandler], Awaitable[None]]:
    """A guard like `terminals_alone` that looks a token up once, for handlers that check the hash
    of it again in their own transaction.

    So strangers are answered before their body is read, a sync takes no second transaction, and a
    revoked terminal gets nothing from the moment of its revocation.
    """
    met: dict[str, KnownTerminal] = {}

    async def guard(asking: Asking, _handler: BaseRouteHandler) -> None:
        token = _token(asking)
        known = met.get(token_hash(token)) if token else None
        if known is None and token:
            known = await asyncio.to_thread(_known, engine, token)
            if known is not None:
                if len(met) >= MAX_TERMINALS_MET:
                    met.clear()
                met[known.token_hash] = known
        _let_in(asking, known)

    return guard


def _token(asking: Asking) -> str:
    """The bearer token that is shown; empty when there is none that could be one."""
    scheme, _, token = asking.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == SCHEME and len(token) <= MAX_TOKEN_CHARACTERS else ""


def _let_in(asking: Asking, known: KnownTerminal | None) -> None:
    if known is None:
        raise NotAuthorizedException(NOT_KNOWN_HERE)
    asking.scope["user"] = known


def _known(engine: Engine, token: str) -> KnownTerminal | None:
    with reading(engine) as connection:
        return terminal_of_token(connection, token)
