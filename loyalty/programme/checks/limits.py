"""The most of everything that a document may say."""

MAX_POINTS = 1_000_000
"""Of points at once, of versions, of stock."""

MAX_CAP = 1_000_000_000
"""Of a cap: of money, in minor units, ten million are no unreasonable month."""

MAX_TIMES = 1_000
MAX_TIMES_DECIMALS = 4
MAX_PERCENT = 100
MAX_PERCENT_DECIMALS = 2
MAX_VALID_DAYS = 3_660
MAX_OFFLINE_DAYS = 366
MAX_PENDING_DAYS = 60
MAX_WARN_DAYS = 366
MAX_GRACE_DAYS = 366
MAX_MONTHS = 120
MAX_YEARS = 10
FIRST_YEAR = 2000
LAST_YEAR = 2199
"""Of days that a programme names: a year beyond them is a slip of a finger."""

MAX_VISIT = 1_000_000
MAX_ANNIVERSARY = 150
MAX_FAMILY = 50
MAX_WINNERS = 1_000

MAX_PROGRAMME_CHARACTERS = 100
MAX_NAME_CHARACTERS = 40
MAX_CODE_CHARACTERS = 64
MAX_BRANCH_CHARACTERS = 32
MAX_SEED_CHARACTERS = 100

MAX_WALLETS = 20
MAX_GROUPS = 200
MAX_LISTED = 5_000
"""Of article numbers, categories or tags in one group of goods."""

MAX_RULES = 200
MAX_MULTIPLIERS = 100
MAX_TIERS = 20
MAX_BENEFITS = 20
MAX_STEPS = 50
MAX_EVENTS = 100
MAX_SURPRISES = 20
MAX_LOTTERIES = 20
MAX_REWARDS = 500
MAX_DATES = 400
MAX_HOURS = 24
MAX_NAMED = 1_000
"""Of branches, tiers, segments or rules in one condition."""
