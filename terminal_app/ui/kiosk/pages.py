"""The kiosk's two pages: the welcome, and a member's own points."""

from datetime import tzinfo

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from loyalty.journal import (
    EARN,
    ENROL,
    EVENT,
    REDEEM,
    REVERSE,
    TRANSFER,
    VOUCHER_ISSUED,
    VOUCHER_REDEEMED,
)
from loyalty.members import DEFAULT_LANGUAGE, LANGUAGES
from terminal_app.locale.beside_words import held_in
from terminal_app.locale.tier_words import tier_lines
from terminal_app.locale.wallet_words import WalletWords
from terminal_app.locale.words import LANGUAGE_NAMES, Words, phrase
from terminal_app.till.answers import HistoryRow, KnownMember
from terminal_app.till.safe_words import safe_lines
from terminal_app.ui.kiosk.claiming import RewardButtons
from terminal_app.ui.sayings import shown
from terminal_app.ui.widgets.big_type import FIGURE_DOTS, BigType

HISTORY_ROWS = 5
COUNTDOWN_FROM_S = 15

_KINDS = {
    EARN: phrase("Purchase"),
    EVENT: phrase("Gift from us"),
    TRANSFER: phrase("Handed on"),
    REVERSE: phrase("Return"),
    REDEEM: phrase("For a voucher"),
    VOUCHER_ISSUED: phrase("Voucher issued"),
    VOUCHER_REDEEMED: phrase("Voucher used"),
    ENROL: phrase("Welcome to the club"),
}


class WelcomePage(Vertical):
    """An invitation to scan, in large letters, and the languages."""

    def compose(self) -> ComposeResult:
        """Shop, invitation, explanation, languages."""
        yield Static(id="welcome-shop")
        yield BigType(id="welcome-scan")
        yield Static(id="welcome-why")
        with Horizontal(id="languages"):
            for number, language in enumerate(LANGUAGES, start=1):
                yield Button(f"{number}  {LANGUAGE_NAMES[language]}", id=f"speak-{language}")

    def on_mount(self) -> None:
        """Buttons are for fingers: the focus stays with the scanner's field."""
        for button in self.query(Button):
            button.can_focus = False

    def show(self, words: Words, shop: str) -> None:
        """Invite in the language of `words`."""
        self.query_one("#welcome-shop", Static).update(Text(shown(shop)))
        self.query_one(BigType).write(words.text("Scan your card"))
        self.query_one("#welcome-why", Static).update(
            Text(words.text("and see your points, vouchers and offers"))
        )
        for language in LANGUAGES:
            button = self.query_one(f"#speak-{language}", Button)
            button.set_class(language == words.language, "spoken")


class MemberPage(Vertical):
    """Balance in large figures, the way to the next voucher, notices, the last entries."""

    def compose(self) -> ComposeResult:
        """What a member sees of themselves; never more of the card than its end."""
        yield Static(id="greeting")
        with Horizontal(id="own"):
            with Vertical(id="own-points"):
                yield BigType(dots=FIGURE_DOTS, id="own-figures")
                yield Static(id="own-toward")
                yield Static(id="own-safe")
                yield Static(id="own-age")
            with Vertical(id="own-past"):
                yield Static(id="own-notices")
                yield Static(id="own-history")
        yield RewardButtons(id="own-rewards")
        yield Static(id="countdown")

    def show(
        self,
        words: Words,
        known: KnownMember,
        history: tuple[HistoryRow, ...],
        currency: str,
        zone: tzinfo | None,
    ) -> None:
        """Show `known` and their last entries at this shop's till, newest first."""
        name = shown(known.member.name)
        self._write("greeting", Text(words.text("Good to see you, {name}", name=name)))
        wallet = WalletWords(words, known.wallet, currency)
        self.query_one(BigType).write(wallet.figure(known.balance.points))
        self._write("own-toward", Text(_toward(words, known, currency)))
        safe = safe_lines(known.safe, words, wallet, is_asked_back=False)
        self._write("own-safe", Text("\n".join(shown(line) for line in safe)))
        self.query_one("#own-safe").display = bool(safe)
        self._write("own-age", Text(_age(words, known, zone)))
        self._write("own-notices", Text("\n".join(f"★ {shown(text)}" for text in known.notices)))
        self.query_one("#own-notices").display = bool(known.notices)
        self.query_one("#own-history", Static).update(_history(words, wallet, history, zone))

    def count_down(self, words: Words, seconds: int) -> None:
        """Say how to close this page, and towards its end how long it stays."""
        if seconds > COUNTDOWN_FROM_S:
            self._write("countdown", Text(words.text("Esc closes this page")))
            return
        closing = words.plural(
            "This page closes in {count} second · Esc closes it now",
            "This page closes in {count} seconds · Esc closes it now",
            seconds,
        )
        self._write("countdown", Text(closing))

    def forget(self) -> None:
        """Leave nothing of the member on the page, not even behind another one."""
        for part in self.query(Static):
            part.update("")
        self.query_one(BigType).write("")
        self.query_one(RewardButtons).show(Words(DEFAULT_LANGUAGE), (), "")

    def _write(self, name: str, text: Text) -> None:
        self.query_one(f"#{name}", Static).update(text)


def _toward(words: Words, known: KnownMember, currency: str) -> str:
    wallet = WalletWords(words, known.wallet, currency)
    missing = known.points_to_next
    lines = [wallet.unit(known.balance.points)]
    if known.account_of:
        lines.append(words.text("Account of {name}", name=shown(known.account_of)))
    lines += [] if missing is None else [f"\n{wallet.to_next(missing)}"]
    lines += [
        f"\n{held_in(words, shown(one.title), one.kind, one.balance, currency)}"
        for one in known.wallets
    ]
    tier = tier_lines(words, known.tier, currency)
    return "\n".join([*lines, *([f"\n{' · '.join(tier)}"] if tier else [])])


def _age(words: Words, known: KnownMember, zone: tzinfo | None) -> str:
    if not known.known_at_ms:
        return ""
    return words.text("as of {time}", time=words.moment(known.known_at_ms, zone))


def _history(
    words: Words, wallet: WalletWords, history: tuple[HistoryRow, ...], zone: tzinfo | None
) -> Table | Text:
    if not history:
        return Text(words.text("No purchases here yet"))
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", no_wrap=True)
    for row in history:
        kind = words.text(_KINDS[row.kind]) if row.kind in _KINDS else row.kind
        points = wallet.signed(row.points) if row.points else ""
        table.add_row(Text(words.day(row.occurred_at_ms, zone)), Text(kind), Text(points))
    return table
