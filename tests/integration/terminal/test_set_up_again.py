"""A till that is lost or broken is set up again, from nothing, and its terminal goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import msgspec
import pytest

from terminal_app.bootstrap import open_till, utc_now
from terminal_app.errors import HeadOfficeRefused
from terminal_app.joining import join_again, join_chain
from terminal_app.sync.rounds import compose
from terminal_app.till.answers import Enrolment, Reason, Refusal, Sale
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.people import CARD
from tests.integration.terminal.test_commands import paragon
from tests.integration.terminal.tills import at_head_office, balance_at, enrolled, sell
from tests.unit.terminal.counter import goods, known, posted


def set_up(office: HeadOffice, home: Path, code: str) -> None:
    done = paragon("setup", "--server", office.url, "--code", code, "--home", str(home))
    assert done.returncode == 0, done.stderr


def test_a_till_set_up_again_knows_what_it_did_and_goes_on(
    office: HeadOffice, tmp_path: Path
) -> None:
    set_up(office, tmp_path / "old", office.codes["KRK-1"])
    with open_till(tmp_path / "old") as old:
        first = known(old.till.enrol(Enrolment(name="Ala"))).member
        posted(old.till.sell(Sale(basket=goods(3000), member_id=first.member_id)))
        old.sync.sync_once()

    set_up(office, tmp_path / "new", office.new_code("KRK-1"))
    with open_till(tmp_path / "new") as new:
        assert (new.identity.terminal, new.identity.epoch) == ("KRK-1", 2)
        new.sync.sync_once()
        seen = known(new.till.identify(first.card))
        assert (seen.member, seen.balance.points) == (first, 30)
        second = known(new.till.enrol(Enrolment(name="Ola"))).member
        assert second.card != first.card
        posted(new.till.sell(Sale(basket=goods(1200), member_id=first.member_id)))
        posted(new.till.sell(Sale(basket=goods(500), member_id=second.member_id)))
        assert new.sync.sync_once().entries == 3
        assert known(new.till.member(first.member_id)).balance.points == 42
        standing = new.uplink.standing()
        held = {each.member_id: each.points for each in standing.members}
        assert (held[first.member_id], held[second.member_id]) == (42, 5)
        journals = {
            each.epoch: (each.entries, each.sales)
            for each in standing.terminals
            if each.terminal == "KRK-1"
        }
        assert journals == {1: (2, 1), 2: (3, 2)}

    set_up(office, tmp_path / "third", office.new_code("KRK-1"))
    with open_till(tmp_path / "third") as third:
        third.sync.sync_once()
        assert known(third.till.identify(first.card)).balance.points == 42
        assert known(third.till.identify(second.card)).balance.points == 5
    assert office.disagreements() == 0


def test_the_till_before_is_locked_out_and_keeps_its_sales(
    office: HeadOffice, tmp_path: Path
) -> None:
    join_chain(tmp_path / "old", office.url, office.codes["KRK-1"])
    with open_till(tmp_path / "old") as old:
        old.sync.sync_once()
        join_chain(tmp_path / "new", office.url, office.new_code("KRK-1"))
        posted(old.till.sell(Sale(basket=goods(100))))
        with pytest.raises(HeadOfficeRefused, match="set up again"):
            old.sync.sync_once()
        assert old.till.status().unsent == 1


@pytest.mark.parametrize("epoch", [1, 3])
def test_an_entry_sealed_for_one_journal_is_taken_in_no_other(
    office: HeadOffice, tmp_path: Path, epoch: int
) -> None:
    join_chain(tmp_path / "old", office.url, office.codes["KRK-1"])
    join_chain(tmp_path / "new", office.url, office.new_code("KRK-1"))
    with open_till(tmp_path / "new") as new:
        known(new.till.enrol(Enrolment(name="Ala", card=CARD)))
        frame = compose(new.store, utc_now, "1")
        with pytest.raises(HeadOfficeRefused, match="do not follow"):
            new.uplink.exchange(msgspec.structs.replace(frame, epoch=epoch))
        assert new.uplink.exchange(frame).head_seq == 1
    assert office.cases() == []


def test_vouchers_of_the_till_before_are_known_and_wait_for_its_rights(
    office: HeadOffice, tmp_path: Path
) -> None:
    """Nobody can say what the lost till took with the line down, so head office waits for it."""
    set_up(office, tmp_path / "old", office.codes["KRK-1"])
    with open_till(tmp_path / "old") as old:
        member = enrolled(old)
        sale = Sale(basket=goods(1_000_00), member_id=member)
        slips = posted(old.till.sell(sale)).receipt.vouchers
        old.sync.sync_once()
    set_up(office, tmp_path / "new", office.new_code("KRK-1"))
    set_up(office, tmp_path / "other", office.codes["KRK-2"])
    for home, slip in zip((tmp_path / "new", tmp_path / "other"), slips, strict=True):
        with open_till(home) as shop:
            shop.sync.sync_once()
            elsewhere = Refusal(Reason.VOUCHER_ELSEWHERE, {"voucher": slip.number})
            assert shop.till.identify(slip.code) == elsewhere
            shop.sync.sync_once()
            assert shop.till.identify(slip.code) == elsewhere
    assert office.disagreements() == 0


@contextmanager
def line_that_damages_one(url: str) -> Iterator[str]:
    """The address of a line to `url` on which the first frame of a sync loses its end."""
    is_damaged: list[bool] = []

    class Line(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(httpx.get(url + self.path, headers=self.said()))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/sync" and not is_damaged:
                is_damaged.append(True)
                body = body[:-1]
            self.answer(httpx.post(url + self.path, content=body, headers=self.said()))

        def said(self) -> dict[str, str]:
            wanted = ("Authorization", "Content-Type")
            return {name: self.headers[name] for name in wanted if name in self.headers}

        def answer(self, answer: httpx.Response) -> None:
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_request(self, *_answered: object) -> None:
            """Nobody reads it."""

    with HTTPServer(("127.0.0.1", 0), Line) as line:
        thread = Thread(target=line.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{line.server_port}"
        finally:
            line.shutdown()
            thread.join()


def test_what_the_old_journal_told_before_counts_once(office: HeadOffice, tmp_path: Path) -> None:
    """Head office took the entries, its answer was lost, and so is the till's next frame."""
    home = tmp_path / "one"
    join_chain(home, office.url, office.codes["KRK-1"])
    with open_till(home) as one:
        ala = enrolled(one)
        sell(one, ala, 10)
        one.uplink.exchange(compose(one.store, utc_now, "1"))
        sell(one, ala, 5)
    with line_that_damages_one(office.url) as url:
        join_again(home, url, office.new_code("KRK-1"))
        with open_till(home) as one:
            with pytest.raises(HeadOfficeRefused):
                one.sync.sync_once()
            assert (one.identity.epoch, one.till.status().unsent) == (1, 3)
            one.sync.sync_once()
            assert (one.identity.epoch, one.till.status().unsent) == (2, 0)
            assert (balance_at(one, ala), at_head_office(one)) == (15, {ala: 15})
    assert office.disagreements() == 0
    assert office.cases() == []
