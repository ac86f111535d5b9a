"""A whole programme: what it is called, what it promises at all, and each of its subjects."""

from loyalty.amounts import is_currency
from loyalty.programme.checks.earning import check_earning, check_goods
from loyalty.programme.checks.happenings import check_happenings
from loyalty.programme.checks.judging import Judge
from loyalty.programme.checks.limits import (
    MAX_OFFLINE_DAYS,
    MAX_POINTS,
    MAX_PROGRAMME_CHARACTERS,
)
from loyalty.programme.checks.rewards import check_rewards
from loyalty.programme.checks.wallets import check_discount, check_tiers, check_wallets
from loyalty.programme.faults import Findings
from loyalty.programme.terms.programme import Programme

_PROMISES = ("earning", "earn", "discount", "event", "surprise", "lottery")


def check(programme: Programme, findings: Findings) -> None:
    """Add to `findings` all that `programme` contradicts itself in."""
    judge = Judge(programme, findings)
    _head(judge)
    check_wallets(judge)
    check_goods(judge)
    check_earning(judge)
    check_discount(judge)
    check_tiers(judge)
    check_happenings(judge)
    check_rewards(judge)
    _offline(judge)
    if not any(getattr(programme, key) for key in _PROMISES):
        what = "promises nothing"
        findings.add((), what, f"at least one of {', '.join(_PROMISES)}", *_PROMISES)


def _head(judge: Judge) -> None:
    programme = judge.programme
    name = programme.name
    # The name is older than the names of rules: a document may be called what Python calls one.
    if not (name.isidentifier() and name.isascii() and len(name) <= MAX_PROGRAMME_CHARACTERS):
        allowed = f"letters from a to z, digits and _, at most {MAX_PROGRAMME_CHARACTERS} in all"
        judge.wrong(("name",), name, allowed)
    judge.number(("version",), programme.version, MAX_POINTS)
    if not is_currency(programme.currency):
        allowed = 'an ISO 4217 code in capitals, such as "PLN"'
        judge.wrong(("currency",), programme.currency, allowed)
    judge.title(("title",), programme.title)


def _offline(judge: Judge) -> None:
    offline = judge.programme.offline
    judge.number(("offline", "keep"), offline.keep, MAX_POINTS, least=0)
    judge.number(("offline", "days"), offline.days, MAX_OFFLINE_DAYS)
    judge.number(("offline", "grace_days"), offline.grace_days, MAX_OFFLINE_DAYS, least=0)
    judge.number(("offline", "overdraft"), offline.overdraft, MAX_POINTS, least=0)
