"""Headers that every page carries: nothing from elsewhere, no frames, no guessing, no trace."""

from litestar.datastructures import MutableScopeHeaders
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""For a chart, whose SVG brings its own style and needs nothing else."""

SECURITY_HEADERS = {
    "content-security-policy": PAGE_POLICY,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}

HSTS_MAX_AGE_S = 365 * 24 * 3_600


def security_headers(scheme: str) -> dict[str, str]:
    """SECURITY_HEADERS for an answer over `scheme`; over TLS, browsers are told to stay with it."""
    if scheme != "https":
        return SECURITY_HEADERS
    return {**SECURITY_HEADERS, "strict-transport-security": f"max-age={HSTS_MAX_AGE_S}"}


class SecurityHeaders(ASGIMiddleware):
    """Adds `security_headers` to every answer that does not set them itself, faults included."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer through `next_app`, with the headers added as the answer starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for name, value in security_headers(scope["scheme"]).items():
                    headers.setdefault(name, value)
            await send(message)

        await next_app(scope, receive, send_with_headers)
