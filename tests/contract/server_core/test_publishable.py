"""What may be published as a version of the programme, and what is said of the rest."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert

from loyalty.clock import epoch_ms
from loyalty.programme.document import classic_document
from sync_server.errors import NotPublished, UnknownSubject
from sync_server.store.engine import reading, writing
from sync_server.store.programmes import (
    bring_into_force,
    every_version,
    is_one_due,
    publish,
    told_version,
    versions,
    withdraw,
)
from sync_server.store.publishable import MAX_AHEAD
from sync_server.store.settings import OFFICE
from sync_server.store.tables import branches
from tests.contract.server_core.journals import START

DAY = timedelta(days=1)


def document(version: int, more: str = "") -> str:
    return classic_document().replace("version = 1", f"version = {version}") + more


def published(engine: Engine, text: str, after: timedelta, now: timedelta = DAY) -> str:
    """Publish `text` at `now` with a start `after` that of the chain; gives the label."""
    with writing(engine) as connection:
        starts_at_ms = epoch_ms(START + after)
        return publish(connection, text, starts_at_ms, epoch_ms(START + now)).label


def standing(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [version.label for version in versions(connection)]


def test_a_start_beyond_years_is_refused(engine: Engine) -> None:
    with pytest.raises(NotPublished, match="within 5 years"):
        published(engine, document(2), DAY + MAX_AHEAD + timedelta(milliseconds=1))
    assert standing(engine) == ["classic@1"]
    assert published(engine, document(2), DAY + MAX_AHEAD) == "classic@2"


def test_a_label_that_was_taken_back_is_never_given_to_another_text(engine: Engine) -> None:
    published(engine, document(2), 9 * DAY)
    with writing(engine) as connection:
        withdraw(connection, "classic@2", epoch_ms(START + 2 * DAY))
    assert standing(engine) == ["classic@1"]
    with pytest.raises(NotPublished, match="another text and taken back"):
        published(engine, document(2, '[returns]\nwithout_receipt = "nothing"\n'), 9 * DAY)
    with reading(engine) as connection:
        assert told_version(connection, "classic@2").document == ""
        assert [one.label for one in every_version(connection)] == ["classic@1", "classic@2"]


def test_a_version_that_was_taken_back_never_starts_and_is_not_taken_back_twice(
    engine: Engine,
) -> None:
    published(engine, document(2), 9 * DAY)
    with writing(engine) as connection:
        withdraw(connection, "classic@2", epoch_ms(START + 2 * DAY))
        with pytest.raises(UnknownSubject):
            withdraw(connection, "classic@2", epoch_ms(START + 3 * DAY))
        assert not is_one_due(connection, epoch_ms(START + 10 * DAY))


def test_the_same_text_is_published_again_under_its_label(engine: Engine) -> None:
    published(engine, document(2), 9 * DAY)
    with writing(engine) as connection:
        withdraw(connection, "classic@2", epoch_ms(START + 2 * DAY))
    published(engine, document(2), 5 * DAY)
    with writing(engine) as connection:
        assert told_version(connection, "classic@2").document == document(2)
        assert bring_into_force(connection, epoch_ms(START + 5 * DAY)) == "classic@2"


def test_a_lower_version_never_takes_over_from_a_higher_one(engine: Engine) -> None:
    published(engine, document(2), 9 * DAY)
    with pytest.raises(NotPublished, match="classic@2 would start after classic@3") as refused:
        published(engine, document(3), 2 * DAY)
    assert refused.value.hint.endswith("programme withdraw classic@2.")
    published(engine, document(3), 12 * DAY)
    with pytest.raises(NotPublished, match="classic@2 would start after classic@3"):
        published(engine, document(2), 13 * DAY)
    assert standing(engine) == ["classic@1", "classic@2", "classic@3"]
    published(engine, document(2), 12 * DAY)


def test_programmes_of_other_names_take_turns(engine: Engine) -> None:
    winter = document(1).replace('"classic"', '"winter"')
    published(engine, winter, 9 * DAY)
    assert published(engine, document(2), 2 * DAY) == "classic@2"
    assert standing(engine) == ["classic@1", "classic@2", "winter@1"]


@pytest.mark.parametrize(
    "rule",
    [
        '[[earn]]\nname = "here"\nper = "1.00"\nwhen.branches = ["{}"]\n',
        '[vouchers]\nbranches = ["{}"]\n',
        '[[rewards]]\nname = "mug"\ncost = 9\ngives = "gift"\nwhen.branches = ["{}"]\n',
    ],
)
def test_branches_are_those_of_the_chain(engine: Engine, rule: str) -> None:
    with writing(engine) as connection:
        connection.execute(insert(branches).values(branch=OFFICE, name="Head office"))
    for nowhere in ("NOPE", OFFICE):
        with pytest.raises(NotPublished, match=f"no branch '{nowhere}'") as refused:
            published(engine, document(2, rule.format(nowhere)), 2 * DAY)
        assert refused.value.hint == "Its branches are KRK, WAW."
    assert published(engine, document(2, rule.format("WAW")), 2 * DAY) == "classic@2"
