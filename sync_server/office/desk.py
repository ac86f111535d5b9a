"""What every page stands on: the database, the clock, the chain's facts and the templates."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.template.base import csrf_token
from markupsafe import Markup
from sqlalchemy import Connection, Engine

from loyalty.clock import Clock, epoch_ms
from sync_server.config import MailConfig
from sync_server.office import formats
from sync_server.store.engine import reading, writing
from sync_server.store.settings import Settings

OfficeRequest = Request[str, str, State]
"""A request; `user` is who is signed in, `auth` their session's token."""

Page = Response[str]

NAVIGATION = (
    ("/", "Overview"),
    ("/reconciliation", "Reconciliation"),
    ("/members", "Members"),
    ("/audience", "Audience"),
    ("/campaigns", "Campaigns"),
)


class Desk:
    """Handed to every page: it reads, writes, tells the time and renders."""

    def __init__(
        self, engine: Engine, clock: Clock, settings: Settings, mail: MailConfig | None
    ) -> None:
        self._engine = engine
        self._clock = clock
        self.settings = settings
        self.mail = mail
        self._templates = _environment(settings)

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the database."""
        return reading(self._engine)

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that changes it."""
        return writing(self._engine)

    def now_ms(self) -> int:
        """The present, in milliseconds since 1970."""
        return epoch_ms(self._clock())

    def today(self) -> date:
        """The calendar day in the shop's zone."""
        return self._clock().astimezone(self.settings.zone).date()

    def page(
        self,
        request: OfficeRequest,
        template: str,
        *,
        status_code: int = 200,
        **facts: object,
    ) -> Page:
        """The page that `template` makes of `facts`; every value is escaped."""
        text = self._templates.get_template(template).render(
            facts,
            shop=self.settings.shop,
            user=request.scope.get("user"),
            path=request.url.path,
            navigation=NAVIGATION,
            csrf=lambda: _hidden_token(request),
            now_ms=self.now_ms(),
            zone=self.settings.timezone,
        )
        return Response(text, media_type=MediaType.HTML, status_code=status_code)


def _hidden_token(request: OfficeRequest) -> Markup:
    """The field that every form carries, so that no other site can post it."""
    token = csrf_token({"request": request})
    return Markup('<input type="hidden" name="_csrf_token" value="{}">').format(token)


def _environment(settings: Settings) -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template_text),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_filters(settings))
    return environment


def _template_text(name: str) -> str:
    return resources.files("sync_server.office").joinpath("templates", name).read_text("utf-8")


def _filters(settings: Settings) -> dict[str, Callable[..., str]]:
    return {
        "money": partial(formats.money, currency=settings.currency),
        "number": formats.number,
        "moment": partial(formats.moment, zone=settings.zone),
        "day": partial(formats.day, zone=settings.zone),
        "signed": formats.signed,
        "ago": formats.ago,
        "sentence": formats.sentence,
        "clock_offset": formats.clock_offset,
    }
