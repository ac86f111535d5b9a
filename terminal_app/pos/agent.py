"""The POS agent: loyalty for another till's software, over HTTP on this machine alone.

A sale is keyed by its own number and answered from the local ledger, so a POS may repeat a
request as often as it likes, with the line up or down. Only loopback names are accepted as host
and only JSON as content, so that no web page in a browser of this machine can post a sale.
"""

import re
from http import HTTPStatus
from typing import Any

import structlog
from litestar import Controller, Litestar, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import Headers
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ClientException, HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.types import ASGIApp, Receive, Scope, Send

from terminal_app.errors import StoreFault
from terminal_app.pos.activities import (
    ActivityAnswer,
    ActivityRequest,
    activity_answer,
    activity_in,
)
from terminal_app.pos.answers import (
    member_answer,
    member_in,
    quote_answer,
    quote_in,
    sale_answer,
    transfer_answer,
)
from terminal_app.pos.claims import (
    ClaimAnswer,
    ClaimRequest,
    OfferAnswer,
    claim_answer,
    claim_in,
    offer_answer,
)
from terminal_app.pos.gift_cards import (
    GiftCardAnswer,
    GiftCardRequest,
    gift_card_answer,
    gift_card_in,
    shown_gift_card,
)
from terminal_app.pos.messages import (
    HealthAnswer,
    MemberAnswer,
    QuoteAnswer,
    QuoteRequest,
    ReturnRequest,
    SaleAnswer,
    SaleRequest,
    TransferAnswer,
    TransferRequest,
    basket_of,
    goods_of,
    paid_in,
)
from terminal_app.till.answers import HandingOn, Reason, Refusal, Sale
from terminal_app.till.door import Till

MAX_BODY_BYTES = 2 << 20
LOCAL_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
"""What a request of this machine has in its Host header, whatever the port."""

log = structlog.get_logger(__name__)


class LocalNamesOnly(ASGIMiddleware):
    """Refuses what came by a name that is not this machine's.

    A web page whose name is pointed at loopback still sends that name.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass the request on, or end it here."""
        if not LOCAL_HOST.fullmatch(Headers.from_scope(scope).get("host", "")):
            raise ClientException("Ask this agent as http://127.0.0.1, from this machine.")
        await next_app(scope, receive, send)


def _json_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    content_type = connection.headers.get("content-type", "").partition(";")[0].strip()
    if content_type != "application/json":
        raise HTTPException(
            detail="Send application/json.", status_code=HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        )


TheTill = NamedDependency[SkipValidation[Till]]


class Counter(Controller):
    """What a POS may ask of the till behind the agent."""

    path = "/"

    @post("/v1/sales", status_code=HTTPStatus.OK, guards=[_json_only], sync_to_thread=True)
    def sell(self, data: JSONBody[SaleRequest], till: TheTill) -> SaleAnswer:
        """Award a sale; the same `sale` number again gives the first answer again."""
        sale = Sale(
            basket=basket_of(data.lines),
            reference=data.sale,
            member_id=_member_id(till, data.card, may_be_unknown=True),
            voucher_codes=tuple(data.vouchers),
            pay_points=data.pay_points,
            paid=paid_in(data),
            print_receipt=data.print_receipt,
            wants_code=data.wants_code,
        )
        return sale_answer(till.sell(sale))

    @post("/v1/returns", status_code=HTTPStatus.OK, guards=[_json_only], sync_to_thread=True)
    def take_back(self, data: JSONBody[ReturnRequest], till: TheTill) -> SaleAnswer:
        """Take goods back and claw back what they earned, or without their receipt what they
        would earn now."""
        has_receipt = bool(data.of_sale or data.receipt_code)
        member_id = _member_id(till, data.card, may_be_unknown=has_receipt)
        return sale_answer(till.take_back(goods_of(data, member_id)))

    @post("/v1/transfers", status_code=HTTPStatus.OK, guards=[_json_only], sync_to_thread=True)
    def hand_on(self, data: JSONBody[TransferRequest], till: TheTill) -> TransferAnswer:
        """Hand points of one member on to another; the same `transfer` number again gives the
        first answer again."""
        asked = HandingOn(
            member_id=_member_id(till, data.card),
            to_member_id=_member_id(till, data.to_card),
            points=data.points,
            reference=data.transfer,
            print_receipt=data.print_receipt,
        )
        return transfer_answer(till.hand_on(asked))

    @post("/v1/gift-cards", status_code=HTTPStatus.OK, guards=[_json_only], sync_to_thread=True)
    def sell_gift_card(self, data: JSONBody[GiftCardRequest], till: TheTill) -> GiftCardAnswer:
        """Sell a gift card; the same `gift_card` number again gives the first answer again."""
        return gift_card_answer(till.sell_gift_card(gift_card_in(data)))

    @get("/v1/gift-cards/{code:str}", sync_to_thread=True)
    def gift_card(self, code: FromPath[str], till: TheTill) -> GiftCardAnswer:
        """What the gift card with this code may pay here now."""
        return shown_gift_card(till.identify(code))

    @post("/v1/activities", status_code=HTTPStatus.OK, guards=[_json_only], sync_to_thread=True)
    def report(self, data: JSONBody[ActivityRequest], till: TheTill) -> ActivityAnswer:
        """Give a member what the programme has for a quiz, a survey, a contest, details filled in
        or a custom event; the same `activity` number again gives the first answer again."""
        return activity_answer(till.happened(activity_in(data, _member_id(till, data.card))))

    @post("/v1/quotes", status_code=HTTPStatus.OK, guards=[_json_only], sync_to_thread=True)
    def quote(self, data: JSONBody[QuoteRequest], till: TheTill) -> QuoteAnswer:
        """What a basket would bring; nothing is written."""
        sale = Sale(
            basket=basket_of(data.lines),
            member_id=_member_id(till, data.card, may_be_unknown=True),
            voucher_codes=tuple(data.vouchers),
            pay_points=data.pay_points,
            paid=paid_in(data),
        )
        quote = quote_in(till.quote_sale(sale))
        return quote_answer(quote, till.reasons(quote, data.language))

    @get("/v1/members/{card:str}", sync_to_thread=True)
    def member(self, card: FromPath[str], till: TheTill) -> MemberAnswer:
        """The member who holds `card`, with their balance as this till knows it."""
        known = member_in(till.identify(card))
        status = till.status()
        return member_answer(known, status.currency, is_online=status.is_online)

    @get("/v1/members/{card:str}/rewards", sync_to_thread=True)
    def rewards(self, card: FromPath[str], till: TheTill) -> list[OfferAnswer]:
        """What the member who holds `card` can have of the catalogue here now, and why not."""
        member = member_in(till.identify(card)).member
        offers = till.rewards(member.member_id)
        return [offer_answer(offer, member.language) for offer in offers]

    @post("/v1/claims", status_code=HTTPStatus.OK, guards=[_json_only], sync_to_thread=True)
    def claim(self, data: JSONBody[ClaimRequest], till: TheTill) -> ClaimAnswer:
        """Give a member a reward; the same `claim` number again gives the first answer again."""
        member_id = _member_id(till, data.card)
        return claim_answer(till.claim(claim_in(data, member_id)))

    @get("/health", sync_to_thread=True)
    def health(self, till: TheTill) -> HealthAnswer:
        """Whether the till works, and what still waits for the line or the printer."""
        status = till.status()
        return HealthAnswer(
            terminal=status.terminal,
            is_online=status.is_online,
            unsent=status.unsent,
            waiting_jobs=status.waiting_jobs,
            unknown_jobs=status.unknown_jobs,
        )


def build_agent(till: Till) -> Litestar:
    """The agent's application in front of `till`."""
    return Litestar(
        [Counter],
        dependencies={"till": Provide(lambda: till, sync_to_thread=False)},
        middleware=[LocalNamesOnly()],
        request_max_body_size=MAX_BODY_BYTES,
        # The log is the program's that runs the agent.
        logging_config=None,
        openapi_config=OpenAPIConfig(title="Paragon POS agent", version="1", path="/schema"),
        exception_handlers={
            StoreFault: _store_fault,
            # What the JSON reader lets through: text that is no UTF-8, nesting without end.
            UnicodeDecodeError: _not_json,
            RecursionError: _not_json,
        },
    )


def _member_id(till: Till, card: str, *, may_be_unknown: bool = False) -> str:
    """Whose points it is about; where it `may_be_unknown`, a good card is its own member's id."""
    if not card:
        return ""
    found = till.identify(card)
    if may_be_unknown and isinstance(found, Refusal) and found.reason is Reason.UNKNOWN_CARD:
        return found.facts["card"]
    return member_in(found).member.member_id


def _not_json(_: Request[Any, Any, Any], fault: Exception) -> Response[dict[str, Any]]:
    return Response(
        {"status_code": int(HTTPStatus.BAD_REQUEST), "detail": f"This is no JSON: {fault}."},
        status_code=int(HTTPStatus.BAD_REQUEST),
    )


def _store_fault(_: Request[Any, Any, Any], fault: StoreFault) -> Response[dict[str, Any]]:
    log.error("agent_store_fault", reason=str(fault))
    return Response(
        {"status_code": int(HTTPStatus.SERVICE_UNAVAILABLE), "detail": str(fault)},
        status_code=int(HTTPStatus.SERVICE_UNAVAILABLE),
    )
