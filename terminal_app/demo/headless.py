"""The demo without a terminal: a scripted day, its paper, and who agrees with whom."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from drivers.simulators.paper import Paper
from drivers.simulators.text import text
from loyalty.receipts import Receipt
from terminal_app.bootstrap import log_to
from terminal_app.demo.day import ShoppingDay
from terminal_app.demo.errors import DemoFault
from terminal_app.demo.founding import DemoChain, open_demo
from terminal_app.replay.summary import differences, fold_journals


def run_headless(home: Path, console: Console) -> int:
    """Play the day in the empty folder `home`, print what came of it, and give the differences.

    Raises DemoFault when a step does not come out as it must.
    """
    log_to(home)
    with open_demo(home) as chain:
        _say(console, "Paragon Demo: two branches, three tills, one head office\n")
        day = ShoppingDay(chain, lambda line: _say(console, line))
        day.morning()
        with_voucher = day.noon()
        _say(console, f"\nThe paper of receipt {with_voucher.reference}, and its voucher:\n")
        for paper in _papers_of(with_voucher, chain):
            _say(console, text(paper))
        day.afternoon()
        console.print(_tills(chain))
        _say(console, "Head office's reconciliation:")
        _say(console, chain.office.command("reconcile"))
        standing = chain.tills[0].uplink.standing()
        apart = differences(chain.tills, fold_journals(chain.tills), standing) + standing.cases
        agrees = "agree on every balance" if apart == 0 else f"differ in {apart} places"
        _say(console, f"Every till and head office {agrees}.")
        return apart


def _papers_of(receipt: Receipt, chain: DemoChain) -> list[Paper]:
    """What the printer cut off for `receipt`: itself, and a slip for each voucher."""
    names = (receipt.reference, *(slip.number for slip in receipt.vouchers))
    papers = [
        paper
        for paper in chain.printer(receipt.terminal).papers
        if any(name in line.text.split() for line in paper.lines for name in names)
    ]
    codes = {code for paper in papers for code in paper.qr_codes}
    due = {code for code in (receipt.code, *(slip.code for slip in receipt.vouchers)) if code}
    if len(papers) != len(names) or codes != due:
        raise DemoFault(f"The printer at {receipt.terminal} did not print {' and '.join(names)}.")
    return papers


def _tills(chain: DemoChain) -> Table:
    table = Table("till", "branch", title="Tills")
    columns = ("entries", "sales", "returns", "points earned", "vouchers", "printed", "unsent")
    for name in columns:
        table.add_column(name, justify="right")
    for shop, printer in zip(chain.tills, chain.printers, strict=True):
        told = fold_journals([shop])
        figures = (
            *(told.entries, told.sales, told.returns, told.points_earned, told.vouchers_issued),
            *(printer.tray.printed, shop.till.status().unsent),
        )
        identity = shop.identity
        table.add_row(identity.terminal, identity.branch_name, *(f"{each:,}" for each in figures))
    return table


def _say(console: Console, text_: str) -> None:
    """Print plain text as it is: no markup, no wrapping, no colours of guessed numbers."""
    console.print(text_, markup=False, highlight=False, soft_wrap=True)
