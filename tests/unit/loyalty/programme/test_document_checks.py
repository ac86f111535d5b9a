"""What a programme must keep to beyond its form: one fault each, named with its key."""

import pytest

from loyalty.errors import ProgrammeInvalid
from loyalty.programme.checks import limits
from loyalty.programme.document import load_programme

HEAD = 'name = "ours"\nversion = 3\ncurrency = "{currency}"\n{top}\n'
EARNING = '[earning]\nper = "{per}"\n'
RULE = '[[earn]]\nname = "{name}"\n{terms}\n'
REWARD = '[[rewards]]\nname = "{name}"\ncost = 10\n{terms}\n'
EVENT = '[[event]]\nname = "{name}"\n{terms}\n'
DRAW = (
    '[[lottery]]\nname = "d"\nticket_per = "10.00"\nfirst = "2026-12-01"\nuntil = "2026-12-24"\n'
    f'commitment = "{"0a" * 32}"\n'
)


def document(fragment: str = "", top: str = "", currency: str = "PLN", per: str = "1") -> str:
    return HEAD.format(currency=currency, top=top) + EARNING.format(per=per) + fragment


def rule(terms: str, name: str = "r") -> str:
    return RULE.format(name=name, terms=terms)


def reward(terms: str, name: str = "g") -> str:
    return REWARD.format(name=name, terms=terms)


def event(terms: str, name: str = "e") -> str:
    return EVENT.format(name=name, terms=terms)


def faults(text: str) -> list[tuple[str, str]]:
    """Key and fault of all that is wrong with the document `text`."""
    try:
        load_programme(text)
    except ProgrammeInvalid as refused:
        return [(fault.key, f"{fault.what}: {fault.allowed}") for fault in refused.faults]
    return []


def many(form: str, most: int) -> str:
    return "".join(form.format(at=at) for at in range(most + 1))


def quoted(most: int, form: str = "b{at}") -> str:
    return ", ".join(f'"{form.format(at=at)}"' for at in range(most + 1))


BREAD = '[goods.bread]\ncategories = ["bread"]\n'
MONEY = '[wallets.purse]\nkind = "money"\n'
STEPS = "[discount]\nsteps = [{}]\n"


@pytest.mark.parametrize(
    ("fragment", "key", "said"),
    [
        # Earning rules.
        (rule('per = "1.00"', "earning"), "earn[1].name", "no other in this list"),
        (rule('per = "1"') * 2, "earn[2].name", "no other in this list"),
        (rule('per = "1"', "1st"), "earn[1].name", "a letter from a to z"),
        (rule('per = "1"', "n" * 41), "earn[1].name", "at most 40"),
        (rule('per = "1"\ntitle = {}'), "earn[1].title", 'is empty: a text for one of "'),
        (rule('per = "0"'), "earn[1].per", "an amount over 0 in quotes, such as"),
        (rule('per = "1.001"'), "earn[1].per", "at most 2 decimals in PLN"),
        (rule(""), "earn[1]", "does not say what it counts"),
        (rule('per = "1"\neach = "unit"'), "earn[1]", "has per and each: exactly one of"),
        (rule('per = "1"\nevery = 2'), "earn[1].every", "to be left out, except"),
        (rule('each = "visit"\nevery = 2'), "earn[1].every", "to be left out, except"),
        (rule('each = "line"\nevery = 0'), "earn[1].every", "from 1"),
        (rule('percent = "3"'), "earn[1].percent", 'kind = "money"'),
        (MONEY + rule('percent = "3"\npoints = 2'), "earn[1].points", "left out with percent"),
        (MONEY + rule('percent = "0"'), "earn[1].percent", "per cent over 0"),
        (MONEY + rule('percent = "100.5"'), "earn[1].percent", "up to 100"),
        (MONEY + rule('percent = "1.005"'), "earn[1].percent", "up to 100"),
        (MONEY + rule('percent = "all"'), "earn[1].percent", "up to 100"),
        (rule('per = "1"\npoints = -1'), "earn[1].points", "from 1 to 1,000,000"),
        (rule('per = "1"\nat_least = "x"'), "earn[1].at_least", "an amount over 0"),
        (rule('per = "1"\nwallet = "stamps"'), "earn[1].wallet", 'wallets here: "points"'),
        (BREAD + rule('per = "1"\ngoods = ["bred"]'), "earn[1].goods[1]", 'mean "bread"?'),
        (rule('per = "1"\ngoods = ["bread"]'), "earn[1].goods[1]", "groups of goods here: none"),
        (rule('per = "1"\ntitle = "a\\tb"'), "earn[1].title", "on one line"),
        (rule('per = "1"\ntitle = { de = "x" }'), "earn[1].title.de", "no language of receipts"),
        (rule('per = "1"\ntitle = { pl = "" }'), "earn[1].title.pl", "1 to 120 characters"),
        # Conditions and caps.
        (rule('per = "1"\nwhen.hours = ["9-12"]'), "earn[1].when.hours[1]", "14:00-17:00"),
        (rule('per = "1"\nwhen.hours = ["09:00-09:00"]'), "earn[1].when.hours[1]", "another"),
        (rule('per = "1"\nwhen.hours = ["24:00-02:00"]'), "earn[1].when.hours[1]", "hours from"),
        (rule('per = "1"\nwhen.from = "2026-02-29"'), "earn[1].when.from", "a day in quotes"),
        (rule('per = "1"\nwhen.until = "20261201"'), "earn[1].when.until", "a day in quotes"),
        (
            rule('per = "1"\nwhen = { from = "2026-12-02", until = "2026-12-01" }'),
            *("earn[1].when.until", "no day before from, 2026-12-02"),
        ),
        (rule('per = "1"\nwhen.dates = ["02-30"]'), "earn[1].when.dates[1]", "a day in quotes"),
        (rule('per = "1"\nwhen.tiers = ["gold"]'), "earn[1].when.tiers[1]", "tiers here: none"),
        (rule('per = "1"\nwhen.segments = [""]'), "earn[1].when.segments[1]", "1 to 40"),
        (rule('per = "1"\nwhen.branches = [" "]'), "earn[1].when.branches[1]", "1 to 32"),
        (rule('per = "1"\nwhen.visit = -1'), "earn[1].when.visit", "from 0"),
        (rule('per = "1"\nwhen.every_visit = -1'), "earn[1].when.every_visit", "from 0"),
        (rule('per = "1"\ncap.day = -1'), "earn[1].cap.day", "from 0"),
        (
            rule('per = "1"\ncap = { receipt = 9, month = 8 }'),
            *("earn[1].cap.month", "no less than the cap of a receipt, 9"),
        ),
        # Multipliers.
        ('[[multiply]]\nname = "m"\ntimes = "0"\n', "multiply[1].times", "over 0"),
        ('[[multiply]]\nname = "m"\ntimes = "1.00001"\n', "multiply[1].times", "4 decimals"),
        ('[[multiply]]\nname = "m"\ntimes = "1e3"\n', "multiply[1].times", "a number over 0"),
        ('[[multiply]]\nname = "m"\ntimes = "1001"\n', "multiply[1].times", "up to 1,000"),
        (
            '[[multiply]]\nname = "m"\ntimes = "2"\nrules = ["x"]\n',
            *("multiply[1].rules[1]", 'earning rules here: "earning"'),
        ),
        # Goods.
        ("[goods.bread]\n", "goods.bread", "a group of no goods"),
        ('[goods."1"]\nitems = ["5"]\n', "goods.1", "a letter"),
        ('[goods.bread]\ntags = [""]\n', "goods.bread.tags[1]", "1 to 40"),
        ('[excluded]\ngoods = ["tobacco"]\n', "excluded.goods[1]", "groups of goods here: none"),
        # Wallets.
        ('[wallets."a b"]\n', 'wallets."a b"', "a letter"),
        ("[wallets.a]\npending_days = 61\n", "wallets.a.pending_days", "from 0 to 60"),
        ("[wallets.a]\nwarn_days = -1\n", "wallets.a.warn_days", "from 0"),
        ("[wallets.a]\nexpiry.days = -1\n", "wallets.a.expiry.days", "from 0"),
        ("[wallets.a]\nexpiry.inactive_days = 4000\n", "wallets.a.expiry.inactive_days", "3,660"),
        ('[wallets.a]\nexpiry.on = "02-29"\n', "wallets.a.expiry.on", "that each year has"),
        ("[wallets.a]\nexpiry.years = 1\n", "wallets.a.expiry.years", "go with on"),
        (
            '[wallets.a]\nexpiry = { on = "12-31", years = 11 }\n',
            *("wallets.a.expiry.years", "from 0 to 10"),
        ),
        (
            "[wallets.a]\nexpiry = { days = 1, inactive_days = 1 }\n",
            *("wallets.a.expiry", "has days and inactive_days: exactly one"),
        ),
        ("[wallets.a]\ncap = { day = 2, month = 1 }\n", "wallets.a.cap.month", "cap of a day, 2"),
        ('[transfers]\nto = "family"\n', "transfers.to", "a [family] beside it"),
        ("[transfers]\nleast = 0\n", "transfers.least", "from 1"),
        (
            "[transfers]\nleast = 5\na_month = 4\n",
            *("transfers.a_month", "no less than transfers.least, 5"),
        ),
        ("[family]\nmembers = 1\n", "family.members", "from 2 to 50"),
        # Tiers and the growing discount.
        ("[tiers]\nmonths = -1\n", "tiers.months", "from 0"),
        ("[tiers]\ngrace_days = 400\n", "tiers.grace_days", "from 0 to 366"),
        ('[[tier]]\nname = "a"\nat = "-1"\n', "tier[1].at", "an amount of 0 or more"),
        ('[[tier]]\nname = "a"\nat = ""\n', "tier[1].at", "an amount of 0 or more"),
        (
            '[[tier]]\nname = "a"\nat = "9"\n[[tier]]\nname = "b"\nat = "9.00"\n',
            *("tier[2].at", "more than the one before it"),
        ),
        (
            '[tiers]\nby = "visits"\n[[tier]]\nname = "a"\nat = "2.5"\n',
            *("tier[1].at", "a whole number from 0"),
        ),
        (
            '[tiers]\nby = "points"\n[[tier]]\nname = "a"\nat = "٣"\n',
            *("tier[1].at", "a whole number from 0"),
        ),
        (
            '[tiers]\nby = "points"\n[[tier]]\nname = "a"\nat = "1000000001"\n',
            *("tier[1].at", "to 1,000,000,000 in quotes"),
        ),
        (
            '[[tier]]\nname = "a"\nat = "9"\nbenefits = ["tea", { xx = "y" }]\n',
            *("tier[1].benefits[2].xx", '"en", "pl", "ru"'),
        ),
        (STEPS.format(""), "discount.steps", "is empty"),
        (STEPS.format('{ at = "0", percent = "" }'), "discount.steps[1].percent", "from 0"),
        (
            STEPS.format('{ at = "9", percent = "1" }, { at = "8", percent = "2" }'),
            *("discount.steps[2].at", "more than the one before it"),
        ),
        (
            STEPS.format('{ at = "1", percent = "3" }, { at = "2", percent = "2" }'),
            *("discount.steps[2].percent", "no less than the step before it, 3"),
        ),
        ("[discount]\nsteps = []\nmonths = 121\n", "discount.months", "from 0 to 120"),
        # Happenings.
        (event('on = "quiz"'), "event[1]", "gives nothing"),
        (event('on = "quiz"\npoints = -1'), "event[1].points", "from 0"),
        (event('on = "quiz"\nreward = "mug"'), "event[1].reward", "of the catalogue here: none"),
        (event('on = "quiz"\npoints = 1\nwallet = "x"'), "event[1].wallet", "wallets here"),
        (event('on = "quiz"\npoints = 1\nat = "1"'), "event[1].at", 'left out on "quiz"'),
        (event('on = "quiz"\npoints = 1\ncode = "Q"'), "event[1].code", 'left out on "quiz"'),
        (event('on = "quiz"\npoints = 1\nat_least = "1"'), "event[1].at_least", "left out on"),
        (event('on = "quiz"\npoints = 1\na_year = 0'), "event[1].a_year", "from 1"),
        (event('on = "quiz"\npoints = 1\na_member = 0'), "event[1].a_member", "from 1"),
        (event('on = "quiz"\nfriend_points = 1'), "event[1].friend_points", "left out on"),
        (event('on = "visit"\npoints = 1\nat = "0"'), "event[1].at", "a whole number from 1"),
        (event('on = "anniversary"\npoints = 1\nat = "151"'), "event[1].at", "from 1 to 150"),
        (event('on = "milestone"\npoints = 1'), "event[1].at", "an amount over 0"),
        (event('on = "custom"\npoints = 1'), "event[1].code", "1 to 64"),
        (
            event('on = "custom"\npoints = 1\ncode = "C"', "a")
            + event('on = "custom"\npoints = 1\ncode = "C"', "b"),
            *("event[2].code", "no other event has"),
        ),
        (
            '[[surprise]]\nname = "s"\nin_how_many = 0\nseed = "x"\npoints = 1\n',
            *("surprise[1].in_how_many", "from 1"),
        ),
        (
            '[[surprise]]\nname = "s"\nin_how_many = 9\nseed = ""\npoints = 1\n',
            *("surprise[1].seed", "1 to 100"),
        ),
        (
            '[[surprise]]\nname = "s"\nin_how_many = 9\nseed = "x"\n',
            *("surprise[1]", "gives nothing"),
        ),
        (DRAW.replace("0a", "0A"), "lottery[1].commitment", "64 digits"),
        (DRAW.replace("2026-12-24", "2026-11-30"), "lottery[1].until", "no day before first"),
        (DRAW.replace("2026-12-24", ""), "lottery[1].until", "a day in quotes"),
        (DRAW + "winners = 0\n", "lottery[1].winners", "from 1 to 1,000"),
        # Rewards.
        ('[reward]\nat_points = 0\nvoucher = "1"\n', "reward.at_points", "from 1"),
        ('[reward]\nat_points = 1\nvoucher = ""\n', "reward.voucher", "an amount over 0"),
        (
            MONEY + '[reward]\nat_points = 500\nvoucher = "4.99"\n',
            *("reward.voucher", "no less than the 500 minor units"),
        ),
        ('[vouchers]\nat_least = "0"\n', "vouchers.at_least", "an amount over 0"),
        ('[vouchers]\nbranches = [""]\n', "vouchers.branches[1]", "1 to 32"),
        (reward('gives = "gift"\na_member = 0'), "rewards[1].a_member", "from 1"),
        (reward('gives = "gift"\nstock = -1'), "rewards[1].stock", "from 0"),
        (reward('gives = "gift"\nvalid_days = 0'), "rewards[1].valid_days", "from 1 to 3,660"),
        (reward('gives = "gift"\nwallet = "x"'), "rewards[1].wallet", "wallets here"),
        (reward('gives = "gift"\nworth = "x"'), "rewards[1].worth", "0 or more"),
        (reward('gives = "money_off"'), "rewards[1]", 'gives "money_off" without amount'),
        (reward('gives = "percent_off"'), "rewards[1]", 'gives "percent_off" without percent'),
        (reward('gives = "free_goods"'), "rewards[1]", 'gives "free_goods" without goods'),
        (reward('gives = "gift"\namount = "1"'), "rewards[1].amount", "to be left out"),
        (
            reward('gives = "money_off"\namount = "1"\nhanded = "ordered"'),
            *("rewards[1].handed", "except for a gift or an event"),
        ),
        ('[pay]\npoints = 0\nworth = "1"\n', "pay.points", "from 1"),
        ('[pay]\npoints = 1\nworth = "1"\nleast = -1\n', "pay.least", "from 0"),
        ('[pay]\npoints = 1\nworth = "1"\npercent = ""\n', "pay.percent", "up to 100"),
        (MONEY + '[pay]\npoints = 1\nworth = "0.02"\n', "pay", "worth 0.02: what it is"),
        ('[gift_cards]\nleast = "9"\nmost = "8"\n', "gift_cards.most", "no less than least, 9"),
        ('[gift_cards]\nleast = "9"\nmost = "9"\nvalid_days = 0\n', "gift_cards.valid_days", "1"),
        ("[offline]\noverdraft = -1\n", "offline.overdraft", "from 0"),
        # More than there may be.
        (many('[wallets.w{at}]\nkind = "points"\n', limits.MAX_WALLETS), "wallets", "at most 20"),
        (many('[goods.g{at}]\ntags = ["t"]\n', limits.MAX_GROUPS), "goods", "at most 200"),
        (f"[goods.g]\nitems = [{quoted(limits.MAX_LISTED)}]\n", "goods.g.items", "at most 5,000"),
        (many('[[earn]]\nname = "r{at}"\nper = "1"\n', limits.MAX_RULES), "earn", "at most 200"),
        (
            many('[[multiply]]\nname = "m{at}"\ntimes = "2"\n', limits.MAX_MULTIPLIERS),
            *("multiply", "at most 100"),
        ),
        (many('[[tier]]\nname = "t{at}"\nat = "{at}"\n', limits.MAX_TIERS), "tier", "at most 20"),
        (
            STEPS.format(many('{{ at = "{at}", percent = "1" }},', limits.MAX_STEPS)),
            *("discount.steps", "has 51 of them: at most 50"),
        ),
        (
            rule(f'per = "1"\nwhen.branches = [{quoted(limits.MAX_NAMED)}]'),
            *("earn[1].when.branches", "at most 1,000"),
        ),
    ],
)
def test_what_contradicts_itself_is_named(fragment: str, key: str, said: str) -> None:
    found = faults(document(fragment))
    assert key in dict(found), found
    assert said in dict(found)[key], found
    assert len(found) == 1 or key == "discount.months", found


@pytest.mark.parametrize(
    "fragment",
    [
        BREAD + rule('each = "unit"\nevery = 3\ngoods = ["bread"]\nstop = true'),
        MONEY + rule('percent = "2,5"\nwhen.hours = ["22:00-02:00", "20:00-24:00"]'),
        MONEY + '[wallets.stamps]\nkind = "stamps"\n' + rule('each = "visit"\nwallet = "stamps"'),
        rule('per = "1"\nwallet = "points"\nwhen.dates = ["02-29", "2026-12-24"]'),
        rule('per = "1"\ncap = { receipt = 0, day = 0, month = 10 }'),
        '[tiers]\nby = "points"\n[[tier]]\nname = "a"\nat = "0"\n[[tier]]\nname = "b"\nat = "9"\n',
        '[transfers]\nto = "family"\na_month = 1\n[family]\n',
        STEPS.format('{ at = "0", percent = "0" }, { at = "8", percent = "2.5" }'),
        event('on = "referral"\nfriend_points = 5\nat_least = "20"'),
        event('on = "anniversary"\npoints = 1\nat = "10"') + event('on = "visit"\npoints = 1', "v"),
        event('on = "birthday"\nreward = "g"') + reward('gives = "gift"\nhanded = "ordered"'),
        reward('gives = "percent_off"\npercent = "10"\namount = "50"\nworth = "0"'),
        BREAD + reward('gives = "cheaper_goods"\npercent = "10"\ngoods = ["bread"]'),
        DRAW + 'reward = "g"\n' + reward('gives = "code"'),
        MONEY + '[reward]\nat_points = 500\nvoucher = "5.00"\n',
        MONEY + '[pay]\npoints = 100\nworth = "1.00"\n',
        '[[multiply]]\nname = "m"\ntimes = "1.2500"\nrules = ["earning"]\n',
        '[[surprise]]\nname = "s"\nin_how_many = 100\nseed = "x"\npoints = 1\nwallet = "points"\n',
    ],
)
def test_what_can_be_kept_is_a_programme(fragment: str) -> None:
    assert faults(document(fragment)) == []


@pytest.mark.parametrize(
    ("currency", "per", "fault"),
    [
        ("JPY", "1", ""),
        ("JPY", "1.00", ""),
        ("JPY", "1.50", 'such as "1", without decimals in JPY'),
        ("PLN", "1.50", ""),
        ("PLN", "1.505", 'such as "1.00", with at most 2 decimals in PLN'),
        ("KWD", "1.505", ""),
        ("KWD", "1.5055", 'such as "1.000", with at most 3 decimals in KWD'),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(currency: str, per: str, fault: str) -> None:
    found = dict(faults(document(currency=currency, per=per)))
    assert fault in found.get("earning.per", "")
    assert bool(found) is bool(fault)


def test_a_programme_promises_something() -> None:
    nothing = HEAD.format(currency="PLN", top="")
    assert [key for key, _ in faults(nothing)] == ["the document"]
    assert faults(nothing + DRAW) == []
    assert faults(nothing + event('on = "profile"\npoints = 5')) == []
