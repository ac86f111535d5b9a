"""Head office's database put back from a backup: nobody goes on unawares."""

from contextlib import ExitStack
from pathlib import Path

from loyalty.identifiers import card_number
from terminal_app.bootstrap import Shop
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.tills import at_head_office, balance_at, enrolled, sell, till_of


def sells_and_syncs(shop: Shop, member_id: str, points: int) -> None:
    sell(shop, member_id, points)
    shop.sync.sync_once()


def test_a_change_under_a_number_that_was_told_before_is_told(
    office: HeadOffice, tmp_path: Path
) -> None:
    """Both tills were told numbers that the backup does not have and that it then gives again."""
    people = tmp_path / "people.csv"
    rows = [f"{card_number(f'2900008000000{number:02d}')},Late {number}" for number in range(20)]
    people.write_text("\n".join(["card,name", *rows, ""]), encoding="utf-8")
    with ExitStack() as stack:
        one = stack.enter_context(till_of(office, tmp_path / "one", "KRK-1"))
        two = stack.enter_context(till_of(office, tmp_path / "two", "KRK-2"))
        anna = enrolled(one, "Anna")
        bob = enrolled(one, "Bob")
        for till in (one, two, one):
            till.sync.sync_once()
        office.copy_books(tmp_path / "backup.sqlite")
        office.run("members", "import", str(people))
        one.sync.sync_once()
        two.sync.sync_once()
        office.put_back(tmp_path / "backup.sqlite")
        sells_and_syncs(two, bob, 50)
        for _ in range(30):
            sells_and_syncs(two, anna, 1)
        one.sync.sync_once()
        assert (balance_at(one, bob), balance_at(two, bob)) == (50, 50)
        assert (balance_at(one, anna), balance_at(two, anna)) == (30, 30)
        held = at_head_office(one)
        assert (held[bob], held[anna]) == (50, 30)
    assert (office.cases(), office.disagreements()) == (["restored"], 1)


def test_points_that_only_the_lost_history_knew_are_forgotten(
    office: HeadOffice, tmp_path: Path
) -> None:
    """A third till made them and has not come back yet: nobody counts what nobody holds."""
    with ExitStack() as stack:
        one = stack.enter_context(till_of(office, tmp_path / "one", "KRK-1"))
        two = stack.enter_context(till_of(office, tmp_path / "two", "KRK-2"))
        bob = enrolled(one, "Bob")
        for till in (one, two):
            till.sync.sync_once()
        office.copy_books(tmp_path / "backup.sqlite")
        sells_and_syncs(two, bob, 70)
        one.sync.sync_once()
        assert balance_at(one, bob) == 70
        office.put_back(tmp_path / "backup.sqlite")
        sells_and_syncs(one, bob, 5)
        assert balance_at(one, bob) == 5
        two.sync.sync_once()
        one.sync.sync_once()
        assert (balance_at(one, bob), balance_at(two, bob)) == (75, 75)
    assert (office.cases(), office.disagreements()) == (["restored"], 1)
