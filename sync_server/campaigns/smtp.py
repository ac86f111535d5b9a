"""The shop's mail server: how it is reached, and what its answers mean for a letter."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import parseaddr

import aiosmtplib

from sync_server.campaigns.letters import Undeliverable
from sync_server.config import MailConfig

TIMEOUT_S = 30.0
"""For each exchange with the mail server."""

HEADER_CHARACTERS = 998
"""The longest line that RFC 5322 allows: a signed link stands in one piece."""


def why_letters_wait(mail: MailConfig | None) -> str:
    """What `server.toml` still lacks before a letter can leave; empty when nothing does."""
    if mail is None:
        return "No mail server is named: letters wait. Fill in [smtp] in server.toml and restart."
    if not parseaddr(mail.sender)[1]:
        return "Letters wait for an address to come from: set sender under [smtp] in server.toml."
    if not mail.public_url:
        return (
            "Letters wait, because a member must be able to leave by one click: "
            "set public_url under [smtp] in server.toml."
        )
    return ""


@asynccontextmanager
async def signed_in(mail: MailConfig) -> AsyncIterator[aiosmtplib.SMTP]:
    """A session with the mail server. Raises aiosmtplib.SMTPException or OSError."""
    client = aiosmtplib.SMTP(
        hostname=mail.host,
        port=mail.port,
        use_tls=mail.security == "tls",
        start_tls=mail.security == "starttls",
        username=mail.username or None,
        password=mail.password or None,
        timeout=TIMEOUT_S,
    )
    async with client:
        yield client


async def hand_over(client: aiosmtplib.SMTP, mail: MailConfig, message: EmailMessage) -> None:
    """Give one letter to the mail server, which answers for it from then on.

    Raises Undeliverable when it refuses it for good (5xx for the recipient or the content, RFC
    5321 section 4.2.1), otherwise aiosmtplib.SMTPException: a later attempt may succeed, and
    when it is an SMTPResponseException, other letters may still be sent in the same session.
    """
    envelope_sender = parseaddr(mail.sender)[1]
    recipient, raw = _as_sent(message)
    try:
        await client.sendmail(envelope_sender, [recipient], raw)
    except (ValueError, aiosmtplib.SMTPNotSupported) as fault:
        raise Undeliverable(f"The letter cannot be written: {fault}") from fault
    except aiosmtplib.SMTPRecipientsRefused as fault:
        refusal = fault.recipients[0]
        if refusal.code >= 500:
            raise Undeliverable(reason_of(refusal)) from fault
        raise refusal from fault
    except aiosmtplib.SMTPDataError as fault:
        if fault.code >= 500:
            raise Undeliverable(reason_of(fault)) from fault
        raise


def _as_sent(message: EmailMessage) -> tuple[str, bytes]:
    """Recipient and bytes of a letter. Raises Undeliverable when it has no such form."""
    policy = SMTP_POLICY.clone(max_line_length=HEADER_CHARACTERS)
    try:
        return message["To"].addresses[0].addr_spec, message.as_bytes(policy=policy)
    # Whatever the email package makes of a stranger's address or text is that letter's fault.
    except Exception as fault:
        raise Undeliverable(f"The letter cannot be written: {reason_of(fault)}") from fault


def reason_of(fault: Exception) -> str:
    """What went wrong, on one line, for the page that lists failed letters."""
    if isinstance(fault, aiosmtplib.SMTPResponseException):
        return f"{fault.code} {fault.message}"
    return " ".join(str(fault).split()) or type(fault).__name__
