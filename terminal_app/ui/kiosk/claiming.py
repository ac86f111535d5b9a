"""Rewards at the kiosk: a few buttons, touched twice, for what the member has enough for."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button

from loyalty.programme.terms.texts import in_language
from terminal_app.locale.wallet_words import WalletWords
from terminal_app.locale.words import Words, phrase
from terminal_app.till.answers import Claim, KnownMember, Posted, Reason, Refusal, RewardOffer
from terminal_app.till.door import Till
from terminal_app.ui.asking import Unanswered, ask
from terminal_app.ui.kiosk.reading import NOT_NOW
from terminal_app.ui.sayings import Saying, Tone, refused, shown

MAX_SHOWN = 4
"""As many as fingers find beside each other; the till has the whole catalogue."""

CLAIM_PREFIX = "claim-"
_ONCE_MORE = phrase("Touch once more: {title} for {cost}.")
_GIVEN = phrase("Here you are: {title}. What is printed is yours.")


class RewardButtons(Horizontal):
    """A button for each reward that the member has enough for; hidden where there is none."""

    def compose(self) -> ComposeResult:
        """As many buttons as are ever shown."""
        for place in range(MAX_SHOWN):
            yield Button("", id=f"{CLAIM_PREFIX}{place}")

    def on_mount(self) -> None:
        """Buttons are for fingers: the focus stays with the scanner's field."""
        for button in self.query(Button):
            button.can_focus = False

    def show(self, words: Words, offers: Sequence[RewardOffer], currency: str) -> None:
        """Show `offers`, at most MAX_SHOWN of them."""
        self.display = bool(offers)
        for place in range(MAX_SHOWN):
            button = self.query_one(f"#{CLAIM_PREFIX}{place}", Button)
            button.display = place < len(offers)
            if place < len(offers):
                offer = offers[place]
                cost = WalletWords(words, offer.wallet, currency).price(offer.cost)
                button.label = f"{title_of(words, offer)} · {cost}"


def within_reach(till: Till, known: KnownMember) -> tuple[RewardOffer, ...]:
    """What a member may have now, or could once their points are free to spend here."""
    offers = ask(lambda: till.rewards(known.member.member_id))
    if isinstance(offers, Unanswered):
        return ()
    reachable = (offer for offer in offers if _is_within_reach(offer, known))
    return tuple(reachable)[:MAX_SHOWN]


def choose(till: Till, known: KnownMember, offer: RewardOffer, currency: str) -> Saying:
    """The first touch: the member's points follow them here, and the price is said."""
    ask(lambda: till.identify(known.member.card))

    def say(words: Words) -> str:
        cost = WalletWords(words, offer.wallet, currency).price(offer.cost)
        return words.text(_ONCE_MORE, title=title_of(words, offer), cost=cost)

    return Saying(Tone.WARN, say)


def claim(till: Till, known: KnownMember, offer: RewardOffer) -> Saying:
    """The second touch: claims the reward, and says what came of it."""
    asked = Claim(member_id=known.member.member_id, reward=offer.name)
    match ask(lambda: till.claim(asked)):
        case Posted():
            return Saying(Tone.GOOD, lambda words: words.text(_GIVEN, title=title_of(words, offer)))
        case Refusal() as refusal:
            return refused(refusal)
        case Unanswered():
            return NOT_NOW


def title_of(words: Words, offer: RewardOffer) -> str:
    """What a reward is called, in the language spoken."""
    return shown(in_language(offer.title, words.language))


def _is_within_reach(offer: RewardOffer, known: KnownMember) -> bool:
    if offer.refusal is None:
        return True
    waits = offer.refusal.reason is Reason.CLAIM_TOO_FEW
    return waits and offer.wallet == known.wallet and offer.cost <= known.balance.points
