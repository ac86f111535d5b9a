"""The command that serves: checks what could go wrong first, then says where it listens."""

import errno
import gc
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, TextIO, cast

import typer

from sync_server.commands.output import HomeOption
from sync_server.errors import ConfigInvalid, PortTaken

SERVE_EXAMPLE = "Example: paragon-server serve --home /srv/paragon --port 8710"
KEEP_ALIVE_S = 75
"""Longer than the tills' pause between two syncs, so that they keep their connection."""

SHUTDOWN_S = 10
BACKLOG = 512

OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""A frame makes some ten thousand objects and lets go of them by itself. At Python's 700, cycles
would be looked for a dozen times in each, and now and then in all that the server loaded."""


def serve(
    home: HomeOption,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; this machine alone by default.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Private key (PEM).")] = None,
) -> None:
    """Serve tills and browsers until told to stop (Ctrl-C or SIGTERM).

    Prints `listening on URL` when the first request can be answered; the log goes to standard
    error. Beyond this machine it serves TLS alone.
    """
    from sync_server.bootstrap import build_app
    from sync_server.config import LOOPBACK, load_config

    config = load_config(home)
    host = host or config.host
    cert = tls_cert or (Path(config.tls_cert) if config.tls_cert else None)
    key = tls_key or (Path(config.tls_key) if config.tls_key else None)
    if (cert is None) != (key is None):
        raise ConfigInvalid("TLS needs both a certificate and its key.")
    if host not in LOOPBACK and cert is None:
        raise ConfigInvalid(
            f"Without TLS head office listens on this machine alone, not on {host}.",
            "Give --tls-cert and --tls-key, or put a proxy that speaks TLS in front.",
        )
    _check_certificate(cert, key)
    log_to_standard_error()
    app = build_app(config, is_over_tls=cert is not None)
    listener = listening_socket(host, config.port if port is None else port)
    shown_host = f"[{host}]" if ":" in host else host
    url = f"{'https' if cert else 'http'}://{shown_host}:{listener.getsockname()[1]}"
    _run(app, listener, cert, key, lambda: print(f"listening on {url}", flush=True))


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port`. Raises PortTaken or ConfigInvalid."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise ConfigInvalid(f"{host!r} is no address of this machine.") from None
    listener = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Bound but not listening, another server could still bind the port as well.
        listener.listen(BACKLOG)
    except OSError as fault:
        listener.close()
        if fault.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Something listens on {host}, port {port}, already.",
                "Stop it, or choose another with --port.",
            ) from None
        raise ConfigInvalid(f"Cannot listen on {host}, port {port}: {fault.strerror}.") from None
    return listener


def log_to_standard_error() -> None:
    """Send the log to standard error: lines for people on a terminal, JSON otherwise."""
    import structlog

    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(message)s"
    )
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        # The interface of a text file is all that structlog uses.
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, UnfailingLog())),
    )
    logging.raiseExceptions = False


class UnfailingLog:
    """Standard error for a log that may lie on a full disk: what cannot be written is left out.

    Otherwise the till that is told of the full disk would be told of the log's fault instead.
    """

    def write(self, text: str) -> int:
        """Write `text` if there is room for it."""
        with suppress(OSError):
            return sys.stderr.write(text)
        return 0

    def flush(self) -> None:
        """Hand on what was written if there is room for it."""
        with suppress(OSError):
            sys.stderr.flush()


def _check_certificate(cert: Path | None, key: Path | None) -> None:
    if cert is None or key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except OSError as fault:
        raise ConfigInvalid(
            f"{cert} and {key} cannot be used for TLS: {fault.strerror or fault}.",
            "Both must be PEM files that belong together.",
        ) from None


def _run(
    app: object,
    listener: socket.socket,
    cert: Path | None,
    key: Path | None,
    announce: Callable[[], None],
) -> None:
    import uvicorn

    class AnnouncingServer(uvicorn.Server):
        """Says that it is ready once it is."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                announce()

    server = AnnouncingServer(
        uvicorn.Config(
            app,  # type: ignore[arg-type]
            log_config=None,
            access_log=False,
            server_header=False,
            # Who connects is who asks: a header that anyone can write names no address.
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=SHUTDOWN_S,
            ssl_certfile=cert,
            ssl_keyfile=str(key) if key else None,
        )
    )
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    # uvicorn hands a signal on when it has stopped; asked to stop, stopping is a success.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    server.run(sockets=[listener])
