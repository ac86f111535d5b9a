"""A whole programme in words, from which a person can say what any basket earns."""

from loyalty.programme.terms.programme import Programme
from loyalty.programme.words.earning import earning, excluded, groups, multipliers
from loyalty.programme.words.happenings import happenings
from loyalty.programme.words.keeping import offline, returns
from loyalty.programme.words.rewards import rewards
from loyalty.programme.words.speech import Section, Speech, joined
from loyalty.programme.words.tiers import discount, tiers
from loyalty.programme.words.wallets import collecting, sharing

_SUBJECTS = (
    *(earning, multipliers, excluded, groups, discount, tiers, collecting, rewards, happenings),
    *(sharing, returns, offline),
)


def told(programme: Programme, language: str) -> tuple[Section, ...]:
    """Everything `programme` promises, by subject, in `language` ("en", "pl" or "ru").

    A subject that the document says nothing about is left out, but for those where silence says
    something too: returns, handing on, and what holds with the line down.
    Raises ValueError for another language.
    """
    speech = Speech(programme, language)
    return (_heading(speech), *(said for tell in _SUBJECTS if (said := tell(speech)).sentences))


def _heading(speech: Speech) -> Section:
    programme = speech.programme
    version = speech.text(
        "Version {version} of the programme “{name}”.",
        version=speech.number(programme.version),
        name=programme.name,
    )
    currency = speech.text("Amounts are in {currency}.", currency=programme.currency)
    title = speech.called(programme.title, programme.name)
    return Section("programme", title, (joined(version, currency),))
