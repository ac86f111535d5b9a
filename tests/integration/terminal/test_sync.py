"""Till and head office, as two processes on a real line: told once, counted once, agreed on."""

import time
from pathlib import Path
from statistics import median

import msgspec
import pytest

from loyalty.balances import Balance
from loyalty.wire import Outcome, unpack
from terminal_app.bootstrap import Shop, open_till
from terminal_app.errors import HeadOfficeRefused, HeadOfficeUnreachable
from terminal_app.joining import join_chain
from terminal_app.store import ledger, settings
from terminal_app.sync.rounds import compose
from terminal_app.till.answers import (
    Enrolment,
    GoodsReturn,
    KnownProduct,
    KnownVoucher,
    Reason,
    Refusal,
    Sale,
)
from tests.integration.terminal.head_office import FaultyLine, HeadOffice
from tests.integration.terminal.people import CARD, SEEDED
from tests.integration.terminal.tills import (
    agreed_points,
    at_head_office,
    balance_at,
    enrolled,
    till_of,
)
from tests.unit.terminal.counter import faults_of, goods, known, posted


def test_what_one_till_earned_offline_another_sees(office: HeadOffice, tmp_path: Path) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        office.kill()
        member = enrolled(one, "Ala Kot", CARD)
        for number in range(5):
            sale = Sale(basket=goods(1000), member_id=member, reference=f"R{number}")
            posted(one.till.sell(sale))
        with pytest.raises(HeadOfficeUnreachable):
            one.sync.sync_once()
        assert (one.till.status().is_online, one.till.status().unsent) == (False, 6)
        assert "does not answer" in one.till.status().trouble
        office.start()
        result = one.sync.sync_once()
        assert result.entries == 6
        status = one.till.status()
        assert (status.is_online, status.unsent, status.trouble) == (True, 0, "")
        assert status.heard_at_ms > 0
        with till_of(office, tmp_path / "other", "WAW-1") as other:
            assert other.till.identify(CARD) == Refusal(Reason.UNKNOWN_CARD, {"card": CARD})
            other.sync.sync_once()
            seen = known(other.till.identify(CARD))
            assert (seen.member.name, seen.balance) == ("Ala Kot", Balance(50, 50, 0, 0))
            assert other.till.status().unsent == 0
            posted(other.till.take_back(GoodsReturn(basket=goods(3000), member_id=member)))
            other.sync.sync_once()
        one.sync.sync_once()
        assert known(one.till.member(member)).balance == Balance(20, 50, 30, 0)
        assert one.sync.sync_once().entries == 0
        assert at_head_office(one)[member] == 20
    assert faults_of(tmp_path / "one") == []
    assert office.disagreements() == 0


def test_what_head_office_knows_reaches_a_new_till(office: HeadOffice, tmp_path: Path) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        one.sync.sync_once()
        seeded = known(one.till.identify(SEEDED)).member
        assert (seeded.name, seeded.language, seeded.email_consent) == (
            "Żaneta Święćka",
            "pl",
            True,
        )
        assert one.till.identify("5901234123457") == KnownProduct("5901234123457", "Tea", 450)


def test_a_voucher_issued_here_is_redeemed_there_once(office: HeadOffice, tmp_path: Path) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "KRK-2") as two,
        till_of(office, tmp_path / "far", "WAW-1") as far,
    ):
        one.sync.sync_once()
        member = enrolled(one, "Ala", CARD)
        sale = Sale(basket=goods(500_00), member_id=member)
        (slip,) = posted(one.till.sell(sale)).receipt.vouchers
        # Its till's key is known there before its voucher is; the right to it comes when asked.
        two.sync.sync_once()
        far.sync.sync_once()
        elsewhere = Refusal(Reason.VOUCHER_ELSEWHERE, {"voucher": slip.number})
        assert two.till.identify(slip.code) == elsewhere
        for till in (one, two, one, two):
            till.sync.sync_once()
            two.till.identify(slip.code)
        assert isinstance(two.till.identify(slip.code), KnownVoucher)
        paid = posted(two.till.sell(Sale(basket=goods(900), voucher_codes=(slip.code,)))).receipt
        assert paid.voucher_paid_minor == 500
        two.sync.sync_once()
        far.sync.sync_once()
        spent = Refusal(Reason.VOUCHER_SPENT, {"voucher": slip.number})
        assert far.till.identify(slip.code) == spent
        assert far.till.sell(Sale(basket=goods(900), voucher_codes=(slip.code,))) == spent
        one.sync.sync_once()
        assert one.till.identify(slip.code) == spent


def test_a_frame_that_comes_twice_counts_once(office: HeadOffice, tmp_path: Path) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        member = enrolled(one, "Ala", CARD)
        posted(one.till.sell(Sale(basket=goods(1000), member_id=member)))
        from terminal_app.bootstrap import utc_now

        frame = compose(one.store, utc_now, "1")
        replies = [one.uplink.exchange(frame) for _ in range(3)]
        assert [reply.outcome for reply in replies] == [Outcome.ACCEPTED] * 3
        assert {reply.head_seq for reply in replies} == {2}
        one.sync.sync_once()
        assert balance_at(one, member) == 10
        (standing,) = [each for each in one.uplink.standing().members if each.points]
        assert standing == msgspec.structs.replace(standing, points=10, earned=10, redeemed=0)


@pytest.mark.parametrize("answers_lost", [1, 3])
def test_an_answer_that_is_lost_doubles_nothing(
    office: HeadOffice, tmp_path: Path, answers_lost: int
) -> None:
    join_chain(tmp_path / "one", office.url, office.codes["KRK-1"])
    with FaultyLine(office.port) as line:
        lead_through(tmp_path / "one", line.url)
        with open_till(tmp_path / "one") as one:
            member = enrolled(one, "Ala", CARD)
            for number in range(3):
                sale = Sale(basket=goods(1000), member_id=member, reference=f"R{number}")
                posted(one.till.sell(sale))
            line.lose_answers(answers_lost)
            for _ in range(answers_lost):
                with pytest.raises(HeadOfficeUnreachable):
                    one.sync.sync_once()
            assert line.lost == answers_lost
            assert one.till.status().unsent == 4
            posted(one.till.sell(Sale(basket=goods(500), member_id=member)))
            one.sync.sync_once()
            assert (one.till.status().unsent, balance_at(one, member)) == (0, 35)
            standing = {each.member_id: each for each in one.uplink.standing().members}
            assert (standing[member].points, standing[member].earned) == (35, 35)
    assert office.disagreements() == 0


def lead_through(home: Path, url: str) -> None:
    """Let the till in `home` reach head office by another address."""
    with open_till(home) as shop, shop.store.writing() as connection:
        identity = settings.read_identity(connection)
        assert identity is not None
        settings.write_identity(connection, msgspec.structs.replace(identity, server_url=url))


def test_head_office_killed_in_the_midst_of_many_syncs(office: HeadOffice, tmp_path: Path) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        member = enrolled(one, "Ala", CARD)
        for kill in range(2):
            for number in range(40):
                sale = Sale(basket=goods(700), member_id=member, reference=f"R{kill}-{number}")
                posted(one.till.sell(sale))
            one.sync.start() if kill == 0 else one.sync.nudge()
            time.sleep(0.02 * (kill + 1))
            office.kill()
            office.start()
        one.sync.sync_once()
        assert one.till.status().unsent == 0
        agreed_points(one, member)
    assert faults_of(tmp_path / "one") == []
    assert office.disagreements() == 0


def test_a_sale_never_waits_for_the_line(office: HeadOffice, tmp_path: Path) -> None:
    """With the line up, with nobody there, and with somebody there who never answers."""
    import socket

    def time_of_sales(shop: Shop) -> float:
        times = []
        for _ in range(40):
            begun = time.perf_counter()
            posted(shop.till.sell(Sale(basket=goods(100))))
            times.append(time.perf_counter() - begun)
        return median(times)

    with till_of(office, tmp_path / "one", "KRK-1") as one:
        one.sync.start()
        up = time_of_sales(one)
    office.kill()
    with open_till(tmp_path / "one") as one:
        one.sync.start()
        down = time_of_sales(one)
        assert one.till.status().is_online is False
    with (
        socket.create_server(("127.0.0.1", office.port)) as nobody,
        open_till(tmp_path / "one") as one,
    ):
        one.sync.start()
        waiting, _ = nobody.accept()
        silent = time_of_sales(one)
        nobody.close()
        waiting.close()
    office.start()
    assert max(up, down, silent) < 0.05
    with open_till(tmp_path / "one") as one:
        one.sync.sync_once()
        assert one.till.status().unsent == 0


def test_a_till_that_head_office_never_knew_is_refused_in_words(
    office: HeadOffice, tmp_path: Path
) -> None:
    from tests.unit.terminal.counter import found_till

    found_till(tmp_path / "stranger", server_url=office.url)
    with open_till(tmp_path / "stranger") as stranger:
        posted(stranger.till.sell(Sale(basket=goods(100))))
        with pytest.raises(HeadOfficeRefused):
            stranger.sync.sync_once()
        assert (stranger.till.status().is_online, stranger.till.status().unsent) == (False, 1)


def test_another_server_at_the_address_is_no_head_office(tmp_path: Path) -> None:
    import http.server
    import threading

    from tests.unit.terminal.counter import found_till

    class Other(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"detail": "\xff"}')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        found_till(tmp_path, server_url=f"http://127.0.0.1:{server.server_address[1]}")
        with (
            open_till(tmp_path) as shop,
            pytest.raises(HeadOfficeRefused, match="not as a Paragon head office"),
        ):
            shop.sync.sync_once()
        server.shutdown()
        thread.join()


def test_thousands_of_entries_go_in_frames(office: HeadOffice, tmp_path: Path) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        member = enrolled(one, "Ala", CARD)
        for _ in range(1_100):
            sale = Sale(basket=goods(100), member_id=member, print_receipt=False)
            posted(one.till.sell(sale))
        result = one.sync.sync_once()
        assert (result.entries, result.rounds) == (1_105, 2)
        assert one.till.status().unsent == 0
        agreed_points(one, member)
        with one.store.reading() as connection:
            assert ledger.part_of(connection, member, ledger.OTHERS).points == 0


def test_nobody_can_send_in_anothers_name(office: HeadOffice, tmp_path: Path) -> None:
    import httpx

    from loyalty.wire import MEDIA_TYPE, SYNC_PATH, SyncReply, pack
    from terminal_app.bootstrap import utc_now

    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "KRK-2") as two,
    ):
        posted(one.till.sell(Sale(basket=goods(100))))
        frame = pack(compose(one.store, utc_now, "1"))
        headers = {"Content-Type": MEDIA_TYPE, "Authorization": f"Bearer {two.identity.token}"}
        stolen = httpx.post(office.url + SYNC_PATH, content=frame, headers=headers)
        assert stolen.status_code in (400, 401, 403)
        unnamed = httpx.post(
            office.url + SYNC_PATH, content=frame, headers={"Content-Type": MEDIA_TYPE}
        )
        assert unnamed.status_code == 401
        headers["Authorization"] = f"Bearer {one.identity.token}"
        own = httpx.post(office.url + SYNC_PATH, content=frame, headers=headers)
        assert unpack(own.content, SyncReply).head_seq == 1


def test_head_office_restored_from_a_backup_is_told_everything_again(
    office: HeadOffice, tmp_path: Path
) -> None:
    """What the backup lacks comes from the tills; what is new after it reaches them all."""
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "KRK-2") as two,
    ):
        member = enrolled(one, "Ala", CARD)
        posted(one.till.sell(Sale(basket=goods(1000), member_id=member)))
        one.sync.sync_once()
        two.sync.sync_once()
        office.copy_books(tmp_path / "backup.sqlite")
        for number in range(6):
            posted(one.till.sell(Sale(basket=goods(2000), member_id=member)))
            posted(two.till.sell(Sale(basket=goods(100), member_id=member)))
            known(one.till.enrol(Enrolment(name=f"Late {number}")))
            one.sync.sync_once()
            two.sync.sync_once()
        one.sync.sync_once()
        assert balance_at(one, member) == balance_at(two, member) == 136
        office.put_back(tmp_path / "backup.sqlite")
        latest = known(two.till.enrol(Enrolment(name="Latest"))).member
        posted(two.till.sell(Sale(basket=goods(700), member_id=member)))
        for till in (two, one, two, one):
            till.sync.sync_once()
        assert known(one.till.identify(latest.card)).member == latest
        assert agreed_points(one, member) == agreed_points(two, member) == 143
    assert (office.cases(), office.disagreements()) == (["restored"], 1)
