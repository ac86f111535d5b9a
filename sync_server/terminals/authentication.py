"""Who is asking: the bearer token of a terminal, looked up before a body is read."""

import asyncio
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.middleware.authentication import (
    AbstractAuthenticationMiddleware,
    AuthenticationResult,
)
from litestar.types import ASGIApp
from sqlalchemy import Engine

from sync_server.store.engine import reading
from sync_server.terminals.enrolment import KnownTerminal, terminal_of_token

SCHEME = "bearer"
MAX_TOKEN_CHARACTERS = 200


class TerminalTokens(AbstractAuthenticationMiddleware):
    """Lets terminals of the chain through and answers everyone else with 401."""

    def __init__(self, app: ASGIApp, engine: Engine) -> None:
        super().__init__(app)
        self._engine = engine

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        """The terminal behind `connection`. Raises NotAuthorizedException for anyone else."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        known = None
        if scheme.lower() == SCHEME and 0 < len(token) <= MAX_TOKEN_CHARACTERS:
            known = await asyncio.to_thread(self._known, token)
        if known is None:
            raise NotAuthorizedException(
                "Head office does not know this token: the terminal was revoked or set up again. "
                "Ask for a new code and set the till up with it."
            )
        return AuthenticationResult(user=known, auth=None)

    def _known(self, token: str) -> KnownTerminal | None:
        with reading(self._engine) as connection:
            return terminal_of_token(connection, token)
