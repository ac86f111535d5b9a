"""Who stops reading an answer is let go: it holds a place that others wait for."""

import asyncio
from collections.abc import AsyncGenerator

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

STALLED_S = 30.0
"""For one piece of an answer; a line that carries less in that time comes to no end."""

_PIECES = "pieces of the answer"

log = structlog.get_logger(__name__)


def to_be_let_go(scope: Scope, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """`pieces`, closed as soon as the answer to the request of `scope` is over, however it ends."""
    scope["state"][_PIECES] = pieces
    return pieces


def let_go_when_stalled(app: ASGIApp) -> ASGIApp:
    """`app`, ended when the other side takes none of its answer for STALLED_S seconds.

    Only the time in which the line has the word counts, not that in which an answer is made.
    """

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(None) as limit:
                now = asyncio.get_running_loop().time

                async def timed(message: Message) -> None:
                    limit.reschedule(now() + STALLED_S)
                    await send(message)
                    limit.reschedule(None)

                await app(scope, receive, timed)
        except TimeoutError:
            log.warning("reader_stalled", path=scope["path"])
        finally:
            pieces = scope["state"].pop(_PIECES, None)
            if pieces is not None:
                await pieces.aclose()

    return watched
