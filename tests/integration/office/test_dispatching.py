"""Letters on their way: a real SMTP server takes them, refuses them, is away, is asked twice."""

import asyncio
import re
from datetime import datetime

import pytest
from litestar.testing import TestClient
from sqlalchemy import select, update

from loyalty.clock import epoch_ms
from sync_server.campaigns import outbox
from sync_server.campaigns.dispatcher import Dispatcher
from sync_server.campaigns.letters import letter_message
from sync_server.config import MailConfig
from sync_server.store.engine import reading, writing
from sync_server.store.tables import members, messages
from tests.integration.office.chains import Chain
from tests.integration.office.post_boxes import PostBox, raw_bytes

WAIT_S = 10.0


def mail_to(port: int) -> MailConfig:
    return MailConfig(
        host="127.0.0.1",
        port=port,
        sender="Corner Shop <club@shop.example>",
        public_url="https://club.shop.example/",
    )


def newcomer(chain: Chain, address: str = "anna@example.org", language: str = "pl") -> str:
    till = chain.till("KRK-1")
    anna = till.enrol("Anna", email=address, email_consent=True, language=language)
    till.sell(anna.member_id, 3_780)
    till.sync()
    return anna.member_id


def send_due(chain: Chain, mail: MailConfig | None) -> int:
    return asyncio.run(Dispatcher(chain.engine, chain.clock, mail).send_due())


def states(chain: Chain) -> list[tuple[str, int, str]]:
    with reading(chain.engine) as connection:
        rows = connection.execute(
            select(messages.c.state, messages.c.attempts, messages.c.last_error)
        )
        return [(row.state, row.attempts, row.last_error) for row in rows]


def test_the_letter_arrives_in_the_members_language_with_both_parts(
    either_chain: Chain, post_box: PostBox
) -> None:
    newcomer(either_chain)
    assert send_due(either_chain, mail_to(post_box.port)) == 1
    (letter,) = post_box.letters()
    assert post_box.taken[0].mail_from == "club@shop.example"
    assert post_box.taken[0].rcpt_tos == ["anna@example.org"]
    assert letter["Subject"] == "Witamy w Corner Shop, Anna"
    assert letter["From"] == "Corner Shop <club@shop.example>"
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "Na karcie jest teraz 37 punktów." in plain.get_content()
    assert "Na karcie jest teraz 37 punktów." in html.get_content()
    assert '<html lang="pl">' in html.get_content()
    assert states(either_chain) == [("sent", 1, "")]
    assert send_due(either_chain, mail_to(post_box.port)) == 0


def test_one_click_in_the_mail_program_ends_the_letters(chain: Chain, post_box: PostBox) -> None:
    member_id = newcomer(chain)
    send_due(chain, mail_to(post_box.port))
    raw = raw_bytes(post_box.taken[0])
    header = re.search(
        rb"^List-Unsubscribe: <https://club\.shop\.example(/u/[\w-]+)>\r\n", raw, re.M
    )
    assert header is not None, "the link must stand in one piece"
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    path = header[1].decode()
    with TestClient(chain.app()) as browser:
        assert "Zrezygnuj z wiadomości" in browser.get(path).text
        assert consents(chain, member_id) is True
        answer = browser.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, "Gotowe" in answer.text) == (200, True)
        assert consents(chain, member_id) is False
        assert "Zrezygnuj z wiadomości" not in browser.get(path).text
        forged = path[:-2] + ("AA" if not path.endswith("AA") else "BB")
        assert browser.post(forged).status_code == 404


def consents(chain: Chain, member_id: str) -> bool:
    with reading(chain.engine) as connection:
        consent = connection.execute(
            select(members.c.email_consent).where(members.c.member_id == member_id)
        ).scalar_one()
    return bool(consent)


def test_consent_withdrawn_after_queueing_is_respected(chain: Chain, post_box: PostBox) -> None:
    member_id = newcomer(chain)
    with writing(chain.engine) as connection:
        connection.execute(
            update(members).where(members.c.member_id == member_id).values(email_consent=False)
        )
    assert send_due(chain, mail_to(post_box.port)) == 0
    assert post_box.taken == []
    assert states(chain) == [("failed", 0, outbox.CONSENT_WITHDRAWN)]


def test_a_mail_server_that_is_away_is_tried_again_after_a_while(
    chain: Chain, post_box: PostBox, unused_port: int
) -> None:
    newcomer(chain)
    assert send_due(chain, mail_to(unused_port)) == 0
    ((state, attempts, reason),) = states(chain)
    assert (state, attempts) == ("queued", 1)
    assert str(unused_port) in reason
    assert send_due(chain, mail_to(post_box.port)) == 0, "not before the wait is over"
    chain.clock.forward(seconds=outbox.retry_delay_ms(1) / 1000)
    assert send_due(chain, mail_to(post_box.port)) == 1
    assert states(chain) == [("sent", 2, "")]
    assert len(post_box.taken) == 1


def test_a_refusal_for_now_holds_up_no_other_letter(chain: Chain, post_box: PostBox) -> None:
    newcomer(chain)
    till = chain.till("KRK-2")
    ben = till.enrol("Ben", email="ben@example.org", email_consent=True)
    till.sell(ben.member_id, 900)
    till.sync()
    post_box.refusals.append("451 try later")
    assert send_due(chain, mail_to(post_box.port)) == 1
    assert sorted(states(chain)) == [("queued", 1, "451 try later"), ("sent", 1, "")]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("nobody@example.org", "550 no such user"),
        ("not an address", "'not an address' is no e-mail address."),
        ("eve@example.org\nBcc: all@example.org", "is no e-mail address."),
    ],
)
def test_an_address_that_nobody_has_fails_for_good(
    chain: Chain, post_box: PostBox, address: str, reason: str
) -> None:
    newcomer(chain, address)
    assert send_due(chain, mail_to(post_box.port)) == 0
    ((state, attempts, said),) = states(chain)
    assert (state, attempts) == ("failed", 1)
    assert reason in said
    chain.clock.forward(days=30)
    assert send_due(chain, mail_to(post_box.port)) == 0
    assert post_box.taken == []


def test_tries_end_at_the_limit(chain: Chain, unused_port: int) -> None:
    newcomer(chain)
    for _ in range(outbox.MAX_ATTEMPTS + 2):
        send_due(chain, mail_to(unused_port))
        chain.clock.forward(hours=5)
    ((state, attempts, _),) = states(chain)
    assert (state, attempts) == ("failed", outbox.MAX_ATTEMPTS)


def test_two_servers_on_one_database_send_each_letter_once(
    either_chain: Chain, post_box: PostBox
) -> None:
    till = either_chain.till("KRK-1")
    for number in range(45):
        member = till.enrol(f"M{number}", email=f"m{number}@example.org", email_consent=True)
        till.sell(member.member_id, 1_000)
    till.sync()

    async def both() -> None:
        servers = [
            Dispatcher(either_chain.engine, either_chain.clock, mail_to(post_box.port))
            for _ in range(2)
        ]
        for server in servers:
            await server.start()
        async with asyncio.timeout(WAIT_S):
            while len(post_box.taken) < 45:
                await asyncio.sleep(0.02)
        for server in servers:
            await server.stop()

    asyncio.run(both())
    assert len(post_box.taken) == 45
    assert len({tuple(envelope.rcpt_tos) for envelope in post_box.taken}) == 45
    assert set(states(either_chain)) == {("sent", 1, "")}


def test_a_server_that_died_with_a_claim_lets_it_fall_due_again_under_the_same_id(
    chain: Chain, post_box: PostBox
) -> None:
    newcomer(chain)
    with writing(chain.engine) as connection:
        (dead,) = outbox.claim_due(connection, epoch_ms(chain.clock()))
    mail = mail_to(post_box.port)
    assert send_due(chain, mail) == 0
    chain.clock.forward(seconds=outbox.LEASE_MS / 1000)
    assert send_due(chain, mail) == 1
    lost = letter_message(dead, mail, chain.settings, 0)
    assert post_box.letters()[0]["Message-ID"] == lost["Message-ID"]
    with writing(chain.engine) as connection:
        assert not outbox.mark_unsent(connection, dead, "too late", 0), "its claim has passed on"
    assert states(chain) == [("sent", 2, "")]


def test_stopping_hands_back_what_was_not_tried(chain: Chain, post_box: PostBox) -> None:
    till = chain.till("KRK-1")
    for number in range(12):
        member = till.enrol(f"M{number}", email=f"m{number}@example.org", email_consent=True)
        till.sell(member.member_id, 1_000)
    till.sync()
    post_box.pause_s = 0.1

    async def stopped_half_way() -> None:
        dispatcher = Dispatcher(chain.engine, chain.clock, mail_to(post_box.port))
        await dispatcher.start()
        async with asyncio.timeout(WAIT_S):
            while len(post_box.taken) < 2:
                await asyncio.sleep(0.01)
        await dispatcher.stop()

    asyncio.run(stopped_half_way())
    ended = states(chain)
    assert set(ended) == {("sent", 1, ""), ("queued", 0, "")}
    assert ended.count(("sent", 1, "")) == len(post_box.taken)
    chain.clock.forward(seconds=1)
    send_due(chain, mail_to(post_box.port))
    assert len(post_box.taken) == 12


@pytest.mark.parametrize(
    "mail",
    [
        None,
        MailConfig(host="127.0.0.1", port=1, public_url="https://club.shop.example"),
        MailConfig(host="127.0.0.1", port=1, sender="club@shop.example"),
    ],
)
def test_without_a_complete_mail_server_letters_wait(chain: Chain, mail: MailConfig | None) -> None:
    newcomer(chain)
    assert send_due(chain, mail) == 0
    assert states(chain) == [("queued", 0, "")]


def test_waits_double_up_to_four_hours() -> None:
    minutes = [outbox.retry_delay_ms(attempt) // 60_000 for attempt in (1, 2, 3, 8, 9, 20)]
    assert minutes == [1, 2, 4, 128, 240, 240]


@pytest.mark.parametrize("address", ["a@[", "a@", "@", "a b@c@d", "a@b\nBcc: x@y.example"])
def test_one_address_that_is_none_holds_up_no_other_letter(
    either_chain: Chain, post_box: PostBox, address: str
) -> None:
    newcomer(either_chain, address)
    till = either_chain.till("KRK-2")
    for number in range(3):
        good = till.enrol(f"M{number}", email=f"m{number}@example.org", email_consent=True)
        till.sell(good.member_id, 1_000)
    till.sync()

    async def served() -> None:
        dispatcher = Dispatcher(either_chain.engine, either_chain.clock, mail_to(post_box.port))
        await dispatcher.start()
        async with asyncio.timeout(WAIT_S):
            while len(post_box.taken) < 3 or any(
                state == "sending" for state, *_ in states(either_chain)
            ):
                await asyncio.sleep(0.02)
        await dispatcher.stop()

    asyncio.run(served())
    assert [row for row in states(either_chain) if row[0] == "sent"] == [("sent", 1, "")] * 3
    ((state, attempts, reason),) = [row for row in states(either_chain) if row[0] != "sent"]
    assert (state, attempts) == ("failed", 1)
    assert reason


def test_the_dispatcher_survives_books_that_fail_and_stops(chain: Chain, post_box: PostBox) -> None:
    newcomer(chain)
    moments = 0

    def failing_clock() -> datetime:
        nonlocal moments
        moments += 1
        if moments == 1:
            raise RuntimeError("no moment to be had")
        return chain.clock()

    async def served() -> None:
        dispatcher = Dispatcher(chain.engine, failing_clock, mail_to(post_box.port))
        await dispatcher.start()
        async with asyncio.timeout(WAIT_S):
            while not post_box.taken:
                await asyncio.sleep(0.02)
        await dispatcher.stop()

    asyncio.run(served())
    assert states(chain) == [("sent", 1, "")]
