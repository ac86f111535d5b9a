"""Whatever defence is taken away, somebody notices; with it in its place, nobody has to."""

from collections.abc import Mapping
from inspect import Parameter, signature

import pytest

from tests.simulation.planted import Planted, hunt, is_reason
from tests.simulation.planted_silence import PROMISED_WRONGLY
from tests.simulation.planted_table import FAULTS
from tests.simulation.power import replaced
from tests.simulation.runner import STEPS, simulator


@pytest.mark.timeout(300)
@pytest.mark.parametrize("planted", FAULTS, ids=lambda planted: planted.fault)
def test_a_planted_fault_is_noticed(planted: Planted) -> None:
    with simulator() as run:
        found = hunt(planted, run)
    assert found.seed, f"nobody noticed in {planted.within} seeds: {planted.taken}"
    assert found.is_sound_without


@pytest.mark.parametrize("planted", FAULTS, ids=lambda planted: planted.fault)
def test_what_is_planted_takes_the_place_of_something_like_it(planted: Planted) -> None:
    for owner, name, thing in planted.places():
        there = getattr(owner, name)
        if callable(there):
            assert callable(thing)
            _takes_the_same(there, thing)
        elif isinstance(there, Mapping):
            assert isinstance(thing, Mapping)
            assert there.keys() == thing.keys()
        else:
            assert type(there) is type(thing)


def test_a_till_that_promises_wrongly_is_named_by_head_office() -> None:
    with simulator() as run, replaced(PROMISED_WRONGLY.places()[:1]):
        outcomes = [run(seed, STEPS) for seed in (1, 2)]
    breaches = [breach for outcome in outcomes for breach in outcome.breaches]
    assert breaches
    assert not [breach for breach in breaches if is_reason(PROMISED_WRONGLY, breach)]


def _takes_the_same(there: object, thing: object) -> None:
    """A call of the one is a call of the other. Raises TypeError when it is not."""
    assert callable(there)
    assert callable(thing)
    wanted = signature(there).parameters.values()
    by_place = [one for one in wanted if one.kind is not Parameter.KEYWORD_ONLY]
    by_name = {one.name: one for one in wanted if one.kind is Parameter.KEYWORD_ONLY}
    signature(thing).bind(*by_place, **by_name)
    takes_any = any(
        one.kind is Parameter.VAR_POSITIONAL for one in signature(thing).parameters.values()
    )
    assert takes_any or len(signature(thing).parameters) == len(by_place) + len(by_name)
