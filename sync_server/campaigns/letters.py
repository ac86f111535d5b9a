"""Letters as mail servers take them: both parts, a stable Message-ID, one-click leaving."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from loyalty.clock import from_epoch_ms
from sync_server.campaigns.outbox import Claimed
from sync_server.campaigns.unsubscribe import token_for
from sync_server.campaigns.wording import filled, letter_html, one_line, paragraphs, wording
from sync_server.config import MailConfig
from sync_server.store.settings import Settings

UNSUBSCRIBE_PATH = "/u/"


class Undeliverable(Exception):
    """A letter that no attempt will ever bring: its address or the letter itself is refused."""


def letter_message(
    claimed: Claimed, mail: MailConfig, settings: Settings, sent_at_ms: int
) -> EmailMessage:
    """The message to send. Raises Undeliverable when the address is none, or the text no letter.

    `mail` must be complete (see smtp.why_letters_wait). The Message-ID depends on the message
    alone, so that a repeat is the same mail to its receiver.
    """
    try:
        return _written(claimed, mail, settings, sent_at_ms)
    except Undeliverable:
        raise
    # Addresses and texts are strangers' words, and the email package answers some of them with
    # whatever its parser stumbled over, AttributeError included.
    except Exception as fault:
        raise Undeliverable(f"The letter cannot be written: {fault}") from fault


def _written(
    claimed: Claimed, mail: MailConfig, settings: Settings, sent_at_ms: int
) -> EmailMessage:
    token = token_for(claimed.message_id, settings.link_secret)
    url = f"{mail.public_url.rstrip('/')}{UNSUBSCRIBE_PATH}{token}"
    words = wording(claimed.campaign)[claimed.language]
    footer = filled(words.unsubscribe, claimed.language, {"shop": one_line(settings.shop)})
    message = EmailMessage()
    name, address = parseaddr(mail.sender)
    message["From"] = Address(one_line(name or settings.shop), addr_spec=address)
    message["To"] = _recipient(claimed.address)
    message["Subject"] = claimed.subject
    message["Date"] = format_datetime(from_epoch_ms(sent_at_ms))
    message["Message-ID"] = f"<{claimed.message_id}@{address.rpartition('@')[2]}>"
    message["Content-Language"] = claimed.language
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(f"{claimed.body}\n\n-- \n{footer}\n{url}\n")
    message.add_alternative(
        letter_html(
            {
                "language": claimed.language,
                "subject": claimed.subject,
                "paragraphs": paragraphs(claimed.body),
                "unsubscribe": footer,
                "unsubscribe_url": url,
            }
        ),
        subtype="html",
    )
    return message


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=address)
    # CPython's parser raises more than it documents: AttributeError for "a@[".
    except Exception as fault:
        raise Undeliverable(f"{address!r} is no e-mail address.") from fault
