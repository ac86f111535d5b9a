"""What a browser gets instead of a page: the login, or a sentence on what to do; no traceback."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
)
from litestar.exceptions.responses import create_exception_response
from litestar.response import Redirect
from sqlalchemy.exc import SQLAlchemyError

from sync_server.errors import ServerError
from sync_server.office.desk import Desk
from sync_server.office.headers import security_headers

Handler = Callable[[Request[Any, Any, State], Any], Response[Any]]

_log = structlog.get_logger(__name__)


def problem_handlers(desk: Desk) -> dict[int | type[Exception], Handler]:
    """What to answer for each fault of a page.

    A fault that a middleware raises is answered outside of all of them, so these answers bring
    the security headers themselves.
    """

    def problem_page(
        request: Request[Any, Any, State], status_code: int, heading: str, problem: str
    ) -> Response[Any]:
        page = desk.page(
            request,
            "problem.html",
            status_code=status_code,
            language="en",
            heading=heading,
            problem=problem,
        )
        page.headers.update(security_headers(request.url.scheme))
        return page

    def to_the_login(request: Request[Any, Any, State], _fault: Exception) -> Response[Any]:
        headers = security_headers(request.url.scheme)
        return Redirect("/login", status_code=303, headers=headers)

    def form_too_old(request: Request[Any, Any, State], _fault: Exception) -> Response[Any]:
        return problem_page(
            request,
            status_code=403,
            heading="That form can no longer be used",
            problem="It was open for too long, or came from another page. Nothing was changed: "
            "open the page again and repeat the step.",
        )

    def asked_wrong(request: Request[Any, Any, State], fault: HTTPException) -> Response[Any]:
        missing = fault.status_code == 404
        return problem_page(
            request,
            status_code=fault.status_code,
            heading="Nothing is here" if missing else "That cannot be answered",
            problem=_said(fault) if missing else "Part of the address or the form is not right.",
        )

    def cannot_serve(request: Request[Any, Any, State], fault: Exception) -> Response[Any]:
        _log.error("a page cannot be made", path=request.url.path, exc_info=fault)
        hint = fault.hint if isinstance(fault, ServerError) else ""
        return problem_page(
            request,
            status_code=503,
            heading="The books cannot be read just now",
            problem=f"Try again in a moment. {hint}".strip(),
        )

    return {
        NotAuthorizedException: to_the_login,
        PermissionDeniedException: form_too_old,
        HTTPException: asked_wrong,
        ServerError: cannot_serve,
        SQLAlchemyError: cannot_serve,
    }


def unrouted_handlers(
    desk: Desk, other_rooms: tuple[str, ...]
) -> dict[int | type[Exception], Handler]:
    """What to answer where no route is, or none for the method: a page, as from every route.

    No route's own handlers are asked then, so these are for the whole application. Paths that
    begin with one of `other_rooms` are asked by programs and keep their JSON.
    """
    page_for = problem_handlers(desk)[HTTPException]

    def answer(request: Request[Any, Any, State], fault: HTTPException) -> Response[Any]:
        if request.url.path.startswith(other_rooms):
            return create_exception_response(request, fault)
        return page_for(request, fault)

    return {NotFoundException: answer, MethodNotAllowedException: answer}


def _said(fault: HTTPException) -> str:
    """The sentence of a page that missed something; Litestar's own word says nothing to do."""
    if fault.detail == HTTPStatus.NOT_FOUND.phrase:
        return "There is no such page. Look for it from the overview."
    return fault.detail
