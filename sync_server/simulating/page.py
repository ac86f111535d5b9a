"""A simulation as one page that needs nothing else: no script, no address, light and dark."""

from functools import partial
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from loyalty.simulation.running import ASSUMPTIONS
from sync_server.errors import ConfigInvalid
from sync_server.office import formats
from sync_server.simulating.charts import charts_of
from sync_server.simulating.printing import NO_TIER, break_even, cost_rows, holdings, in_percent
from sync_server.simulating.report import Report


def page_of(report: Report) -> str:
    """The page of `report`, HTML."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    currency = report.draft.outcome.currency
    environment.filters["money"] = partial(formats.money, currency=currency)
    environment.filters["number"] = formats.number
    environment.filters["percent"] = in_percent
    environment.filters["held"] = holdings(report.draft.outcome)
    template = environment.from_string(_text("sync_server.simulating", "templates/simulation.html"))
    tried = [report.draft, *([report.present] if report.present else [])]
    return template.render(
        report=report,
        draft=report.draft,
        outcome=report.draft.outcome,
        tried=tried,
        cost_rows=cost_rows(tried),
        break_even=break_even(report.draft.economics),
        charts=charts_of(report),
        no_tier=NO_TIER,
        assumptions=ASSUMPTIONS,
        # The house's own sheet, which holds no text of anybody else.
        style=Markup(_text("sync_server.office", "static/office.css")),  # noqa: S704
    )


def write_page(path: Path, report: Report) -> None:
    """Write the page of `report` to the file `path`. Raises ConfigInvalid when it cannot be."""
    page = page_of(report)
    try:
        path.write_text(page, "utf-8")
    except OSError as fault:
        raise ConfigInvalid(
            f"{path} cannot be written: {fault.strerror or fault}.",
            "Check the name and the rights.",
        ) from None


def _text(package: str, name: str) -> str:
    return resources.files(package).joinpath(name).read_text("utf-8")
