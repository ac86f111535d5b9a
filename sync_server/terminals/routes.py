"""The addresses that tills talk to. Their work waits for a disk, so it runs in threads."""

import structlog
from litestar import MediaType, Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_503_SERVICE_UNAVAILABLE,
)
from litestar.types import ExceptionHandlersMap
from msgspec.structs import replace
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from loyalty.clock import Clock, epoch_ms
from loyalty.errors import FrameInvalid
from loyalty.wire import (
    ENROL_PATH,
    EPOCH_PATH,
    MAX_PACKED_BYTES,
    MEDIA_TYPE,
    STANDING_PATH,
    SYNC_PATH,
    WIRE_VERSION,
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
from sync_server.errors import EnrolmentRefused, StoreUnavailable, TerminalUnknown
from sync_server.reconcile.standing import standing_of
from sync_server.store.engine import reading, writing
from sync_server.store.server_key import server_key
from sync_server.store.working_sets import branch_told
from sync_server.terminals.authentication import NOT_KNOWN_HERE, met_terminals, terminals_alone
from sync_server.terminals.enrolment import KnownTerminal, enrol_terminal
from sync_server.terminals.feed import Journal, news_for
from sync_server.terminals.ingest import Ingest, Taken, is_quiet
from sync_server.terminals.journals import start_journal
from sync_server.terminals.lookups import found_for
from sync_server.terminals.snapshot import snapshot_handler
from sync_server.terminals.strangers import Strangers

ENROLMENTS_A_MINUTE = 60
"""From one address. A code has 59 bits, so this bounds the noise, not the odds."""

MAX_ENROL_BYTES = 64 * 1024

log = structlog.get_logger(__name__)

AskingTill = Request[KnownTerminal, None, State]


def terminal_router(engine: Engine, clock: Clock, ingest: Ingest) -> Router:
    """Everything below /v1 that a till calls."""
    known_terminals = [terminals_alone(engine)]
    strangers = Strangers()

    @post(
        ENROL_PATH,
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        request_max_body_size=MAX_ENROL_BYTES,
        middleware=[RateLimitConfig(rate_limit=("minute", ENROLMENTS_A_MINUTE)).middleware],
    )
    def enrol(data: EnrolRequest) -> EnrolReply:
        with writing(engine) as connection:
            reply = enrol_terminal(connection, data, epoch_ms(clock()))
        log.info("terminal_enrolled", terminal=reply.terminal)
        return reply

    @post(
        SYNC_PATH,
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        guards=[met_terminals(engine)],
        request_max_body_size=MAX_PACKED_BYTES,
    )
    def sync(request: AskingTill, body: bytes) -> Response[bytes]:
        frame = _frame_of(request.user.terminal, body)
        cards = strangers.answered(frame.terminal, frame.lookups, epoch_ms(clock()))
        frame = replace(frame, lookups=cards)
        reply = _answer(engine, clock, ingest, frame, request.user.token_hash)
        return Response(pack(reply), media_type=MEDIA_TYPE)

    @post(
        EPOCH_PATH,
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        guards=known_terminals,
        request_max_body_size=MAX_ENROL_BYTES,
    )
    def epoch(request: AskingTill, data: EpochRequest) -> EpochReply:
        terminal = request.user.terminal
        with writing(engine) as connection:
            reply = start_journal(connection, terminal, data, epoch_ms(clock()))
        log.info("journal_started", terminal=terminal, epoch=reply.epoch, reason=data.reason)
        return reply

    @get(STANDING_PATH, sync_to_thread=True, guards=known_terminals)
    def standing(request: AskingTill) -> Standing:
        with reading(engine) as connection:
            return standing_of(connection, branch_told(connection, request.user.terminal))

    snapshot = snapshot_handler(engine, clock, known_terminals)
    return Router(
        "/",
        route_handlers=[enrol, sync, epoch, standing, snapshot],
        exception_handlers=_FAULTS,
    )


def _frame_of(terminal: str, body: bytes) -> SyncRequest:
    """The frame in `body`. Raises FrameInvalid when it is none, or not of `terminal`."""
    frame = unpack(body, SyncRequest)
    if frame.terminal != terminal:
        raise FrameInvalid(
            f"Terminal {terminal} sent the journal of another one.",
            "Set the till up again with a new code.",
        )
    return frame


def _answer(
    engine: Engine, clock: Clock, ingest: Ingest, frame: SyncRequest, token_hash: str
) -> SyncReply:
    """Take the frame, commit, and only then say so, with what is new for the till.

    A till with nothing to say costs one reading transaction.
    """
    if is_quiet(frame):
        with reading(engine) as connection:
            glanced = ingest.glance(connection, frame, token_hash)
            if glanced is not None:
                return _reply(connection, frame, glanced, epoch_ms(clock()))
    taken = ingest.take(frame, token_hash)
    with reading(engine) as connection:
        return _reply(connection, frame, taken, epoch_ms(clock()))


def _reply(connection: Connection, frame: SyncRequest, taken: Taken, now_ms: int) -> SyncReply:
    cursor = frame.cursor if frame.history_id == taken.history_id else 0
    told = Journal(frame.terminal, frame.epoch, branch_told(connection, frame.terminal))
    news = news_for(connection, told, cursor, frame.mark)
    return SyncReply(
        version=WIRE_VERSION,
        history_id=taken.history_id,
        outcome=taken.outcome,
        head_seq=taken.head.seq,
        head_seal=taken.head.seal,
        changes=news.changes,
        cursor=news.cursor,
        more=news.more,
        server_time_ms=now_ms,
        refused=taken.refused,
        mark=news.mark,
        from_start=news.from_start,
        head_signature=taken.signature,
        grants=taken.rights.grants,
        recalls=taken.rights.recalls,
        rights_until_ms=taken.rights.rights_until_ms,
        found=found_for(connection, told, frame.lookups),
        fork_seq=taken.fork_seq,
        # For a till that was enrolled before heads were signed: it takes the first it hears.
        server_key=server_key(connection).public_key().public_bytes_raw()
        if news.from_start
        else b"",
    )


def _frame_invalid(request: AskingTill, fault: FrameInvalid) -> Response[dict[str, str]]:
    log.warning("frame_refused", path=request.url.path, reason=str(fault))
    return _said(str(fault), HTTP_400_BAD_REQUEST)


def _enrolment_refused(_request: AskingTill, fault: EnrolmentRefused) -> Response[dict[str, str]]:
    log.warning("enrolment_refused", reason=fault.message)
    return _said(str(fault), HTTP_403_FORBIDDEN)


def _terminal_unknown(request: AskingTill, fault: TerminalUnknown) -> Response[dict[str, str]]:
    log.warning("terminal_unknown", path=request.url.path, reason=fault.message)
    return _said(NOT_KNOWN_HERE, HTTP_401_UNAUTHORIZED)


def _store_fault(
    request: AskingTill, fault: SQLAlchemyError | StoreUnavailable
) -> Response[dict[str, str]]:
    log.error("store_fault", path=request.url.path, exc_info=fault)
    return _said(
        "Head office cannot use its database now and has taken nothing. The till tries again.",
        HTTP_503_SERVICE_UNAVAILABLE,
    )


def _said(sentence: str, status_code: int) -> Response[dict[str, str]]:
    return Response({"detail": sentence}, status_code=status_code, media_type=MediaType.JSON)


_FAULTS: ExceptionHandlersMap = {
    FrameInvalid: _frame_invalid,
    EnrolmentRefused: _enrolment_refused,
    TerminalUnknown: _terminal_unknown,
    SQLAlchemyError: _store_fault,
    StoreUnavailable: _store_fault,
}
