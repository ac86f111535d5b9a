"""The first page: the chain in figures, its terminals, and what a person must look at."""

from litestar import get
from litestar.di import NamedDependency

from sync_server.office.desk import Desk, OfficeRequest, Page
from sync_server.reports.terminals import HEARD, NEVER_ENROLLED, QUIET, REVOKED, terminals_now
from sync_server.reports.totals import chain_totals, latest_cases

TONES = {HEARD: "good", QUIET: "warn", NEVER_ENROLLED: "plain", REVOKED: "bad"}


@get("/", sync_to_thread=True)
def overview_page(request: OfficeRequest, desk: NamedDependency[Desk]) -> Page:
    """Totals, terminals with last contact and lag, open cases."""
    now_ms = desk.now_ms()
    with desk.reading() as connection:
        totals = chain_totals(connection, now_ms)
        terminals = terminals_now(connection, now_ms)
        cases = latest_cases(connection)
    return desk.page(
        request, "overview.html", totals=totals, terminals=terminals, cases=cases, tones=TONES
    )
