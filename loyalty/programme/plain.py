"""What a programme of the short form alone gives for a receipt: a sum, and nothing else to know.

Head office works out a million promises of such a programme, whose award depends on what the goods
come to and on nothing more. It is the award of that sum (`loyalty.programme.awards`), told without
its reasons; the tests hold the two together.
"""

from functools import lru_cache

from loyalty.programme.consulted import consulted
from loyalty.programme.document import Programme
from loyalty.programme.terms.conditions import NO_CAP
from loyalty.programme.terms.goods import Excluded

PROGRAMMES_KEPT = 64
NOTHING_EXCLUDED = Excluded()


def points_of_total(programme: Programme, total_minor: int) -> int:
    """The points for goods of `total_minor` under a programme that `is_plain`."""
    earning = programme.earning
    if earning is None:
        return 0
    return max(total_minor, 0) // programme.minor(earning.per) * earning.points


@lru_cache(maxsize=PROGRAMMES_KEPT)
def is_plain(programme: Programme) -> bool:
    """Whether an award of `programme` depends on the sum of the goods alone."""
    return (
        not programme.earn
        and not programme.multiply
        and programme.discount is None
        and programme.excluded == NOTHING_EXCLUDED
        and programme.wallet().cap == NO_CAP
        and not consulted(programme).has_sums
    )
