"""Head office over HTTP: what the till asks, and its answers or faults in sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from loyalty.errors import FrameInvalid
from loyalty.wire import (
    COLUMNS_VERSION,
    ENROL_PATH,
    EPOCH_PATH,
    MAX_PACKED_BYTES,
    MEDIA_TYPE,
    OLDEST_WIRE_VERSION,
    SNAPSHOT_PATH,
    STANDING_PATH,
    SYNC_PATH,
    EnrolReply,
    EnrolRequest,
    EpochReply,
    EpochRequest,
    Standing,
    SyncReply,
    SyncRequest,
    pack,
    unpack,
)
from terminal_app.config import LOOPBACK
from terminal_app.errors import (
    ConfigInvalid,
    HeadOfficeBusy,
    HeadOfficeRefused,
    HeadOfficeUnreachable,
)

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 20.0
MAX_DETAIL_CHARACTERS = 300

_Answer = TypeVar("_Answer", EnrolReply, EpochReply, Standing)
_JSON = {"Content-Type": "application/json"}


class Uplink:
    """A connection to head office, kept open between requests; any thread may use it."""

    def __init__(self, server_url: str, token: str = "") -> None:
        require_safe_url(server_url)
        self.server_url = server_url.rstrip("/")
        # An older head office does not read all that this till can say; until it is heard, no more
        # is said than the oldest reads.
        self._spoken = OLDEST_WIRE_VERSION
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(
            base_url=self.server_url,
            headers=headers,
            timeout=httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        )

    def exchange(self, request: SyncRequest) -> SyncReply:
        """One round trip. Raises HeadOfficeUnreachable or HeadOfficeRefused."""
        spoken = self._spoken
        in_columns = bool(request.bodies) and spoken >= COLUMNS_VERSION
        reply: SyncReply | None = None
        try:
            reply = self._exchange(request, spoken)
        except HeadOfficeBusy:
            raise
        except HeadOfficeRefused:
            if not in_columns:
                raise
        if reply is None or (in_columns and reply.version < COLUMNS_VERSION):
            # Head office may have gone back to an older version than the one that was heard.
            self._spoken = OLDEST_WIRE_VERSION
            reply = self._exchange(request, OLDEST_WIRE_VERSION)
        self._spoken = reply.version
        return reply

    def _exchange(self, request: SyncRequest, spoken: int) -> SyncReply:
        content = self._ask(
            "POST",
            SYNC_PATH,
            content=pack(request, spoken=spoken),
            headers={"Content-Type": MEDIA_TYPE},
        )
        try:
            return unpack(content, SyncReply)
        except FrameInvalid as fault:
            raise self._not_ours(fault) from fault

    def enrol(self, request: EnrolRequest) -> EnrolReply:
        """Turn a one-time code into a terminal's identity. Raises as `exchange` does."""
        content = self._ask("POST", ENROL_PATH, content=msgspec.json.encode(request), headers=_JSON)
        return self._decoded(content, EnrolReply)

    def new_epoch(self, request: EpochRequest) -> EpochReply:
        """Ask for a journal of one's own; the same request again is given the same one.

        Raises as `exchange` does.
        """
        content = self._ask("POST", EPOCH_PATH, content=msgspec.json.encode(request), headers=_JSON)
        return self._decoded(content, EpochReply)

    def standing(self) -> Standing:
        """Head office's balances and sums. Raises as `exchange` does."""
        return self._decoded(self._ask("GET", STANDING_PATH), Standing)

    @contextmanager
    def snapshot(self, epoch: int) -> Iterator[Iterator[bytes]]:
        """The bytes of a snapshot for journal `epoch` of this terminal, as they arrive.

        Raises as `exchange` does, also while they are read.
        """
        try:
            with self._client.stream("GET", SNAPSHOT_PATH, params={"epoch": epoch}) as response:
                if not response.is_success:
                    response.read()
                    self._require_success(response)
                yield response.iter_bytes()
        except httpx.HTTPError as fault:
            raise self._unreachable(fault) from fault

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        try:
            response = self._client.request(method, path, content=content, headers=headers)
        except httpx.HTTPError as fault:
            raise self._unreachable(fault) from fault
        self._require_success(response)
        return response.content

    def _unreachable(self, fault: httpx.HTTPError) -> HeadOfficeUnreachable:
        return HeadOfficeUnreachable(
            f"Head office at {self.server_url} does not answer ({type(fault).__name__}).",
            "The till works on; it will tell head office later.",
        )

    def _require_success(self, response: httpx.Response) -> None:
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise HeadOfficeUnreachable(
                f"Head office at {self.server_url} is in trouble (HTTP {response.status_code}).",
                "The till works on; it will tell head office later.",
            )
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise HeadOfficeBusy(
                "Head office takes no more of such requests now.", "Wait a minute, then try again."
            )
        if response.is_error:
            raise HeadOfficeRefused(_detail(response))

    def _decoded(self, content: bytes, kind: type[_Answer]) -> _Answer:
        try:
            return msgspec.json.decode(content, type=kind)
        except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
            raise self._not_ours(fault) from fault

    def _not_ours(self, fault: Exception) -> HeadOfficeRefused:
        return HeadOfficeRefused(
            f"{self.server_url} answers, but not as a Paragon head office does ({fault}).",
            "Check the address.",
        )


def require_safe_url(server_url: str) -> None:
    """Raise ConfigInvalid unless `server_url` is HTTPS, or HTTP on this very machine."""
    try:
        address = urlsplit(server_url)
        # A port that is no number, or beyond the last one, is found only when asked for.
        host = None if address.port == 0 else address.hostname
    except ValueError:
        host = None
    if host is None or address.scheme not in ("http", "https"):
        raise ConfigInvalid(
            f"{server_url!r} is no address of a head office.",
            "Write it like https://loyalty.example.com.",
        )
    if address.scheme == "http" and host not in LOOPBACK:
        raise ConfigInvalid(
            f"{server_url} would send members' data in the open.",
            "Use https:// for any head office beyond this machine.",
        )


def _detail(response: httpx.Response) -> str:
    """The server's own sentence, when it gave one."""
    if len(response.content) <= MAX_PACKED_BYTES:
        try:
            detail = msgspec.json.decode(response.content).get("detail")
        except (msgspec.MsgspecError, ValueError, RecursionError, AttributeError):
            detail = None
        if isinstance(detail, str):
            return detail[:MAX_DETAIL_CHARACTERS]
    return f"Head office refused with HTTP {response.status_code}."
