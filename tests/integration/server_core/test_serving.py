"""A till and a head office in processes of their own, over real HTTP."""

import re
import shutil
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from loyalty.clock import epoch_ms
from loyalty.journal import EARN, Entry, encode_entry, first_seal, next_seal
from loyalty.tallies import DayTally, counted
from loyalty.wire import (
    MAX_PACKED_BYTES,
    MEDIA_TYPE,
    BalanceChange,
    EnrolReply,
    MemberStanding,
    Outcome,
    ProgrammeChange,
    Standing,
    SyncReply,
    SyncRequest,
    TerminalChange,
    pack,
    unpack,
)
from tests.integration.server_core.conftest import Command, Served

NOON = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)


class Till:
    """A till that speaks to head office with nothing but HTTP and the wire's messages."""

    def __init__(self, served: Served, code: str) -> None:
        self.client = httpx.Client(base_url=served.url, timeout=20)
        key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        answer = self.client.post(
            "/v1/enrol", json={"code": code, "public_key": key.hex(), "product_version": "0.1.0"}
        )
        assert answer.status_code == 200, answer.text
        self.public_key = key
        self.identity = msgspec.json.decode(answer.content, type=EnrolReply)
        self.client.headers["Authorization"] = f"Bearer {self.identity.token}"
        self.bodies: list[bytes] = []
        self.seal = first_seal(self.identity.terminal, 1)
        self.tally = DayTally("2026-05-01")
        self.cursor = 0
        self.mark = ""

    def sell(self, member: str, whole_amounts: int) -> None:
        entry = Entry(
            terminal=self.identity.terminal,
            epoch=1,
            seq=len(self.bodies) + 1,
            kind=EARN,
            member=member,
            points=whole_amounts,
            amount_minor=whole_amounts * 100,
            receipt=f"R{len(self.bodies)}",
            programme="classic@1",
            occurred_at_ms=epoch_ms(NOON),
            recorded_at_ms=epoch_ms(NOON),
            payload={"lines": [["TEA", 1, whole_amounts * 100]]},
        )
        self.bodies.append(encode_entry(entry))
        self.seal = next_seal(self.seal, self.bodies[-1])
        self.tally = counted(self.tally, entry)

    def frame(self, first_seq: int = 1, terminal: str = "") -> SyncRequest:
        return SyncRequest(
            version=1,
            terminal=terminal or self.identity.terminal,
            epoch=1,
            first_seq=first_seq,
            bodies=tuple(self.bodies[first_seq - 1 :]),
            last_seal=self.seal,
            history_id=self.identity.history_id,
            cursor=self.cursor,
            mark=self.mark,
            sent_at_ms=epoch_ms(NOON),
            product_version="0.1.0",
            tallies=(self.tally,),
        )

    def post(self, content: bytes) -> httpx.Response:
        return self.client.post("/v1/sync", content=content, headers={"Content-Type": MEDIA_TYPE})

    def sync(self, first_seq: int = 1) -> SyncReply:
        answer = self.post(pack(self.frame(first_seq)))
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == MEDIA_TYPE
        reply = unpack(answer.content, SyncReply)
        self.cursor = reply.cursor
        self.mark = reply.mark
        return reply


SetUp = Callable[[Served, str], Till]


@pytest.fixture
def set_up() -> Iterator[SetUp]:
    """Set a till up with a code; its connection is closed at the end."""
    tills: list[Till] = []

    def enrolled(served: Served, code: str) -> Till:
        tills.append(Till(served, code))
        return tills[-1]

    yield enrolled
    for till in tills:
        till.client.close()


def told(reply: SyncReply) -> dict[type, Any]:
    return {type(change): change for change in reply.changes}


def test_two_tills_sync_and_head_office_agrees(
    founded: Any, serve: Callable[..., Served], set_up: SetUp, command: Command, home: Path
) -> None:
    served = serve("--port", "0")
    assert httpx.get(f"{served.url}/health").json()["status"] == "ok"
    first, second = (set_up(served, terminal["code"]) for terminal in founded["terminals"])
    assert first.identity.history_id == founded["history_id"]
    assert (second.identity.terminal, second.identity.branch_name) == ("WAW-1", "Warszawa")
    first.sell("2900000000000010", 120)
    second.sell("2900000000000010", 30)
    reply = first.sync()
    assert (reply.outcome, reply.head_seq, reply.head_seal) == (Outcome.ACCEPTED, 1, first.seal)
    assert told(reply)[ProgrammeChange].document == first.identity.programme
    assert told(reply)[TerminalChange].public_keys == ((1, second.public_key),)
    assert told(second.sync())[BalanceChange].points == 120
    assert told(first.sync())[BalanceChange].points == 30
    assert first.sync().changes == ()
    standing = msgspec.json.decode(first.client.get("/v1/standing").content, type=Standing)
    assert standing.members == (MemberStanding("2900000000000010", 150, 150, 0, 0),)
    assert [(row.terminal, row.sales, row.differences) for row in standing.terminals] == [
        ("KRK-1", 1, 0),
        ("WAW-1", 1, 0),
    ]
    ran = command("reconcile", "--home", home, "--json")
    assert (ran.code, [day["state"] for day in ran.json["days"]]) == (0, ["agrees", "agrees"])
    code, out, err = served.stop()
    assert (code, out) == (0, "")
    assert "Traceback" not in err
    assert first.identity.token not in err
    assert founded["terminals"][0]["code"] not in err


def test_nothing_is_lost_when_head_office_is_away(
    founded: Any, serve: Callable[..., Served], set_up: SetUp
) -> None:
    served = serve("--port", "0")
    till = set_up(served, founded["terminals"][0]["code"])
    till.sell("2900000000000010", 10)
    till.sync()
    served.stop(signal.SIGKILL)
    till.sell("2900000000000010", 20)
    with pytest.raises(httpx.ConnectError):
        till.sync()
    again = serve("--port", "0")
    till.client.base_url = httpx.URL(again.url)
    reply = till.sync()
    assert (reply.head_seq, reply.head_seal) == (2, till.seal)
    assert again.stop(signal.SIGINT)[0] == 0


def test_a_backup_that_was_put_back_is_noticed_as_head_office_starts(
    founded: Any, home: Path, serve: Callable[..., Served], set_up: SetUp, tmp_path: Path
) -> None:
    """Before any till is heard: what the backup forgot that it granted is not granted again."""
    served = serve("--port", "0")
    first = set_up(served, founded["terminals"][0]["code"])
    begun = first.sync().history_id
    served.stop()
    [file] = home.glob("*.sqlite")
    again = serve("--port", "0")
    first.client.base_url = httpx.URL(again.url)
    assert first.sync().history_id == begun, "the same file is the same history"
    again.stop()
    shutil.copyfile(file, tmp_path / "backup")
    (tmp_path / "backup").replace(file)
    restored = serve("--port", "0")
    first.client.base_url = httpx.URL(restored.url)
    assert first.sync().history_id != begun


def test_strangers_and_nonsense_are_told_so_in_sentences(
    founded: Any, serve: Callable[..., Served], set_up: SetUp
) -> None:
    served = serve("--port", "0")
    till = set_up(served, founded["terminals"][0]["code"])
    till.sell("2900000000000010", 10)
    used = httpx.post(
        f"{served.url}/v1/enrol",
        json={
            "code": founded["terminals"][0]["code"],
            "public_key": "00" * 32,
            "product_version": "1",
        },
    )
    assert used.status_code == 403
    assert used.json()["detail"].startswith("This code is not known, was used before")
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        for method, path in (("GET", "/v1/standing"), ("POST", "/v1/sync")):
            refused = httpx.request(method, served.url + path, headers=header)
            assert refused.status_code == 401
            assert "token" in refused.json()["detail"]
    for nonsense in (b"", b"not zstd", pack(till.frame())[:-1], pack(till.frame(terminal="WAW-1"))):
        answer = till.post(nonsense)
        assert answer.status_code == 400
        assert answer.json()["detail"].endswith(".")
    assert till.post(b"\0" * (MAX_PACKED_BYTES + 1)).status_code == 413
    assert till.client.post("/v1/enrol", content=b"{").status_code == 400
    for epoch in (0, -1, 10**22):
        answer = till.client.get(f"/v1/snapshot?epoch={epoch}")
        assert (answer.status_code, answer.json()["detail"][-1]) == (400, ".")
    assert till.sync().head_seq == 1


def test_no_header_chooses_the_address_that_wrong_passwords_count_for(
    founded: Any, serve: Callable[..., Served]
) -> None:
    served = serve("--port", "0")
    with httpx.Client(base_url=served.url, timeout=20) as browser:
        token = re.search(r'name="_csrf_token" value="(\w+)"', browser.get("/login").text)
        assert token is not None
        fields = {"name": "owner", "password": "wrong", "_csrf_token": token[1]}
        codes = [
            browser.post(
                "/login", data=fields, headers={"X-Forwarded-For": f"192.0.2.{number}"}
            ).status_code
            for number in range(6)
        ]
    assert codes == [401] * 5 + [429]


def test_where_no_page_is_stands_a_page_that_keeps_to_itself(
    founded: Any, serve: Callable[..., Served]
) -> None:
    served = serve("--port", "0")
    for method, path, status_code in (
        ("GET", "/nowhere", 404),
        ("GET", "/static/nothing.css", 404),
        ("DELETE", "/login", 405),
    ):
        answer = httpx.request(method, served.url + path)
        assert answer.status_code == status_code
        assert answer.headers["content-type"].startswith("text/html")
        assert "To the overview" in answer.text
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "strict-transport-security" not in answer.headers
    for path in ("/v1/nowhere", "/health/x"):
        assert httpx.get(served.url + path).json()["status_code"] == 404


def test_a_busy_port_and_an_open_network_are_refused(
    founded: Any, command: Command, home: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        ran = command("serve", "--home", home, "--port", str(port))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"Something listens on 127.0.0.1, port {port}, already. "
        "Stop it, or choose another with --port.\n"
    )
    ran = command("serve", "--home", home, "--host", "0.0.0.0", "--port", "0")
    assert ran.code == 2
    assert "--tls-cert" in ran.err
    ran = command("serve", "--home", home, "--tls-cert", home / "server.toml", "--tls-key", home)
    assert ran.code == 2
    assert "cannot be used for TLS" in ran.err


def test_head_office_speaks_tls(founded: Any, serve: Callable[..., Served], tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    served = serve(
        "--port", "0", "--host", "localhost", "--tls-cert", cert_file, "--tls-key", key_file
    )
    assert served.url.startswith("https://localhost:")
    trusted = ssl.create_default_context(cafile=str(cert_file))
    assert httpx.get(f"{served.url}/health", verify=trusted).status_code == 200
    for path in ("/login", "/nowhere"):
        answer = httpx.get(served.url + path, verify=trusted)
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert all("Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))
    assert httpx.get(f"{served.url}/login", verify=trusted).headers.get_list("set-cookie") != []
    assert served.stop()[0] == 0
