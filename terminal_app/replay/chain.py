"""The chain a replay runs on: its tills in folders of one home, and head office beside them."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec.structs import replace
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from drivers.connect import open_printer
from loyalty.programme.document import load_programme
from terminal_app.bootstrap import Shop, open_till
from terminal_app.config import STORE_FILE
from terminal_app.errors import HeadOfficeBusy, HeadOfficeRefused, HeadOfficeUnreachable
from terminal_app.joining import identity_of, join_chain
from terminal_app.replay.errors import HeadOfficeFault, ReplayMismatch
from terminal_app.replay.head_office import HeadOffice
from terminal_app.replay.plan import Plan, read_plan, same_plan, write_plan
from terminal_app.store import settings
from terminal_app.store.connection import open_store
from terminal_app.sync.uplink import require_safe_url

SERVER_FOLDER = "head-office"
BRANCH = "SHOP"
BRANCH_NAME = "Replay"
SHOP_NAME = "Paragon Replay"

ENROL_PAUSE_S = 3.0
MAX_ENROL_WAIT_S = 150.0
"""Head office lets so many terminals enrol in a minute; this is the wait for two such."""


@contextmanager
def open_chain(
    home: Path, wanted: Plan, codes: Sequence[str] = (), printer_url: str = ""
) -> Iterator[tuple[Shop, ...]]:
    """The tills of the replay in `home`, their head office running, for as long as the block lasts.

    Founds what is not there yet; a head office that an earlier run left half-founded is made
    anew, one that stands is kept with the tills that joined it. Receipts go to the printer at
    `printer_url`, and wait when that is empty. Raises ReplayMismatch, HeadOfficeFault, and what
    `open_till` and `open_printer` raise.
    """
    printer = open_printer(printer_url) if printer_url else None
    if wanted.server_url:
        require_safe_url(wanted.server_url)
    kept = read_plan(home)
    if kept is not None:
        same_plan(home, kept, wanted)
    with ExitStack() as closing:
        if wanted.server_url:
            url, codes_of = wanted.server_url, list(codes)
        else:
            office = HeadOffice(home / SERVER_FOLDER)
            codes_of = [] if _is_founded(kept) else _codes_of(home, office, kept, wanted)
            closing.callback(office.stop)
            url = office.start()
            if kept is not None:
                _move_to(home, wanted.terminals, url)
        if not _is_founded(kept):
            _join(home, wanted, url, codes_of)
            write_plan(home, replace(wanted, is_founded=True))
        yield tuple(
            closing.enter_context(open_till(place, printer=printer))
            for place in _till_homes(home, wanted.terminals)
        )


def _is_founded(plan: Plan | None) -> bool:
    return plan is not None and plan.is_founded


def _till_homes(home: Path, terminals: int) -> list[Path]:
    return [home / f"till-{number}" for number in range(1, terminals + 1)]


def _codes_of(home: Path, office: HeadOffice, kept: Plan | None, wanted: Plan) -> list[str]:
    """One-time codes for the tills that have not joined yet; founds their chain when needed."""
    if kept is None or not kept.has_office:
        return _found(home, office, wanted)
    return [
        office.new_code(f"T{number}")
        for number, place in enumerate(_till_homes(home, wanted.terminals), 1)
        if not _has_joined(place)
    ]


def _found(home: Path, office: HeadOffice, plan: Plan) -> list[str]:
    """Found a chain of the plan's terminals; gives their one-time codes."""
    for leftover in (office.home, *_till_homes(home, plan.terminals)):
        if leftover.exists():
            shutil.rmtree(leftover)
    write_plan(home, plan)
    document = home / "programme.toml"
    document.write_text(plan.programme_document, "utf-8")
    programme = load_programme(plan.programme_document)
    terminals = [f"T{number}={BRANCH}" for number in range(1, plan.terminals + 1)]
    office.home.mkdir(parents=True)
    told = office.found(
        *("--shop", SHOP_NAME, "--currency", programme.currency, "--timezone", plan.timezone),
        *("--programme", str(document), "--branch", f"{BRANCH}={BRANCH_NAME}"),
        *(word for terminal in terminals for word in ("--terminal", terminal)),
    )
    write_plan(home, replace(plan, has_office=True))
    return [terminal.code for terminal in told.terminals]


def _join(home: Path, plan: Plan, url: str, codes: Sequence[str]) -> None:
    """Enrol the tills that are not enrolled yet, each with the next of `codes`."""
    unused = list(codes)
    if read_plan(home) is None:
        write_plan(home, plan)
    for place in _till_homes(home, plan.terminals):
        if _has_joined(place):
            continue
        if not unused:
            raise ReplayMismatch(
                f"{place.name} is not enrolled at {url} yet and there is no code for it.",
                "Give one --code for each terminal; paragon-server code TERMINAL makes them.",
            )
        try:
            _enrol(place, url, unused.pop(0))
        except (HeadOfficeUnreachable, HeadOfficeRefused) as fault:
            raise HeadOfficeFault(f"{place.name} could not be enrolled: {fault}") from fault


def _enrol(place: Path, url: str, code: str) -> None:
    """Enrol one till; waits when head office says that too many enrol at once."""
    patience = Retrying(
        retry=retry_if_exception_type(HeadOfficeBusy),
        wait=wait_fixed(ENROL_PAUSE_S),
        stop=stop_after_delay(MAX_ENROL_WAIT_S),
        reraise=True,
    )
    patience(join_chain, place, url, code)


def _has_joined(place: Path) -> bool:
    return identity_of(place) is not None


def _move_to(home: Path, terminals: int, url: str) -> None:
    """Tell the tills where their own head office listens this time."""
    for place in filter(_has_joined, _till_homes(home, terminals)):
        store = open_store(place / STORE_FILE)
        try:
            with store.writing() as connection:
                identity = settings.read_identity(connection)
                if identity is not None:
                    settings.write_identity(connection, replace(identity, server_url=url))
        finally:
            store.close()
