"""What points are for: each reward says what it gives, and money is not paid for with less."""

from loyalty.programme.checks.conditions import check_branches, check_when
from loyalty.programme.checks.judging import Judge
from loyalty.programme.checks.limits import MAX_POINTS, MAX_REWARDS, MAX_VALID_DAYS
from loyalty.programme.faults import shown
from loyalty.programme.places import KeyPath
from loyalty.programme.terms.rewards import CatalogueReward

_NEEDED = {
    "money_off": ("amount",),
    "percent_off": ("percent",),
    "free_goods": ("goods",),
    "cheaper_goods": ("percent", "goods"),
    "gift": (),
    "code": (),
    "event": (),
}
_POSSIBLE = {**_NEEDED, "percent_off": ("percent", "amount")}
_ORDERED = ("gift", "event")
"""What can be ordered and sent: all else is had at the till."""


def check_rewards(judge: Judge) -> None:
    """The reward that comes by itself, the catalogue, vouchers, part-payment, gift cards."""
    programme = judge.programme
    reward = programme.reward
    if reward is not None:
        judge.number(("reward", "at_points"), reward.at_points, MAX_POINTS)
        judge.number(("reward", "valid_days"), reward.valid_days, MAX_VALID_DAYS)
        worth = judge.amount(("reward", "voucher"), reward.voucher, must=True)
        if worth is not None and worth < reward.at_points and judge.kind() == "money":
            allowed = f"no less than the {reward.at_points} minor units of money it is had for"
            judge.wrong(("reward", "voucher"), reward.voucher, allowed)
    judge.amount(("vouchers", "at_least"), programme.vouchers.at_least)
    check_branches(judge, ("vouchers", "branches"), programme.vouchers.branches)
    judge.few(("rewards",), programme.rewards, MAX_REWARDS)
    judge.names(("rewards",), [one.name for one in programme.rewards])
    for place, one in enumerate(programme.rewards):
        _of_the_catalogue(judge, ("rewards", place), one)
    _payment(judge)
    _gift_cards(judge)


def _of_the_catalogue(judge: Judge, here: KeyPath, reward: CatalogueReward) -> None:
    judge.title((*here, "title"), reward.title)
    judge.number((*here, "cost"), reward.cost, MAX_POINTS)
    judge.wallet((*here, "wallet"), reward.wallet)
    judge.amount((*here, "amount"), reward.amount)
    judge.percent((*here, "percent"), reward.percent)
    judge.groups((*here, "goods"), reward.goods)
    judge.number((*here, "valid_days"), reward.valid_days, MAX_VALID_DAYS)
    judge.number((*here, "stock"), reward.stock, MAX_POINTS, least=0)
    judge.number((*here, "a_member"), reward.a_member, MAX_POINTS)
    judge.amount((*here, "worth"), reward.worth, least_minor=0)
    check_when(judge, (*here, "when"), reward.when)
    if judge.findings.is_unreadable((*here, "gives")):
        return
    said = {"amount": reward.amount, "percent": reward.percent, "goods": reward.goods}
    for key, value in said.items():
        if not value and key in _NEEDED[reward.gives]:
            what = f"gives {shown(reward.gives)} without {key}"
            judge.findings.add(here, what, f"{key} beside it", key)
        if value and key not in _POSSIBLE[reward.gives]:
            allowed = f"to be left out where a reward gives {shown(reward.gives)}"
            judge.findings.add((*here, key), "is said", allowed)
    if reward.handed == "ordered" and reward.gives not in _ORDERED:
        judge.wrong((*here, "handed"), reward.handed, '"at_till", except for a gift or an event')


def _payment(judge: Judge) -> None:
    pay = judge.programme.pay
    if pay is None:
        return
    judge.number(("pay", "points"), pay.points, MAX_POINTS)
    judge.number(("pay", "least"), pay.least, MAX_POINTS, least=0)
    judge.percent(("pay", "percent"), pay.percent, zero=True, must=True)
    worth = judge.amount(("pay", "worth"), pay.worth, must=True)
    if worth is not None and worth != pay.points and judge.kind() == "money":
        allowed = f"what it is: {pay.points} minor units of money are {pay.points}"
        judge.findings.add(("pay",), f"says that they are worth {pay.worth}", allowed, "worth")


def _gift_cards(judge: Judge) -> None:
    cards = judge.programme.gift_cards
    if cards is None:
        return
    least = judge.amount(("gift_cards", "least"), cards.least, must=True)
    most = judge.amount(("gift_cards", "most"), cards.most, must=True)
    if least is not None and most is not None and most < least:
        judge.wrong(("gift_cards", "most"), cards.most, f"no less than least, {cards.least}")
    judge.number(("gift_cards", "valid_days"), cards.valid_days, MAX_VALID_DAYS)
