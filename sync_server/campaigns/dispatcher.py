"""The dispatcher: takes due letters from the outbox and hands them to the mail server.

One asynchronous task of the server process. Its work on the database happens in threads, each
step in a transaction of its own, so that no lock is held while a mail server thinks.
"""

import asyncio
import contextlib

import aiosmtplib
import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from loyalty.clock import Clock, epoch_ms
from sync_server.campaigns import outbox
from sync_server.campaigns.letters import Undeliverable, letter_message
from sync_server.campaigns.outbox import Claimed
from sync_server.campaigns.smtp import hand_over, reason_of, signed_in, why_letters_wait
from sync_server.config import MailConfig
from sync_server.errors import ServerError
from sync_server.store.engine import reading, writing
from sync_server.store.settings import Settings, load_settings

POLL_S = 2.0
STOP_S = 10.0
"""How long a letter that is on its way may take to finish when the server stops."""

_log = structlog.get_logger(__name__)


class Dispatcher:
    """Sends what campaigns have queued; without a complete `mail` everything stays queued."""

    def __init__(self, engine: Engine, clock: Clock, mail: MailConfig | None) -> None:
        self._engine = engine
        self._clock = clock
        self._mail = None if why_letters_wait(mail) else mail
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to send, in the background; does nothing while letters must wait."""
        if self._mail is None or self._task is not None:
            return
        self._stopping.clear()
        self._task = asyncio.create_task(self._run(), name="campaign dispatcher")

    async def stop(self) -> None:
        """Finish the letter on its way, hand the rest of the claim back, and end."""
        if self._task is None:
            return
        self._stopping.set()
        task, self._task = self._task, None
        try:
            await asyncio.wait_for(task, STOP_S)
        except TimeoutError:
            _log.warning("the mail server did not finish in time", waited_s=STOP_S)
        # Who stops closes the books next, whatever became of the letters.
        except Exception as fault:
            _log.error("the dispatcher ended with a fault", exc_info=fault)

    async def send_due(self) -> int:
        """Send what is due now, one claim; the number of letters the mail server took."""
        mail = self._mail
        if mail is None or not await asyncio.to_thread(self._is_any_due):
            return 0
        settings, claim = await asyncio.to_thread(self._claim)
        waiting = list(claim)
        taken = 0
        try:
            async with signed_in(mail) as client:
                while waiting and not self._stopping.is_set():
                    taken += await self._send(client, mail, settings, waiting[0])
                    waiting.pop(0)
        except (aiosmtplib.SMTPException, OSError, ValueError) as fault:
            await asyncio.to_thread(self._postpone, tuple(waiting), reason_of(fault))
            waiting.clear()
            _log.warning("the mail server cannot be used", host=mail.host, fault=reason_of(fault))
        finally:
            if waiting:
                await asyncio.to_thread(self._release, tuple(waiting))
        return taken

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                sent = await self.send_due()
            except (ServerError, SQLAlchemyError) as fault:
                sent = 0
                _log.error("the outbox cannot be read or written", fault=str(fault))
            # Nothing that happens to one claim may end the letters of everyone.
            except Exception as fault:
                sent = 0
                _log.error("letters could not be sent", exc_info=fault)
            if not sent:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), POLL_S)

    async def _send(
        self, client: aiosmtplib.SMTP, mail: MailConfig, settings: Settings, claimed: Claimed
    ) -> bool:
        """Whether the mail server took the letter; raises when the session with it is at fault."""
        try:
            message = letter_message(claimed, mail, settings, epoch_ms(self._clock()))
            await hand_over(client, mail, message)
        except Undeliverable as fault:
            await self._give_up(claimed, fault)
            return False
        except aiosmtplib.SMTPResponseException as fault:
            await asyncio.to_thread(self._postpone, (claimed,), reason_of(fault))
            return False
        except (aiosmtplib.SMTPException, OSError):
            raise
        except Exception as fault:
            await self._give_up(claimed, fault)
            # Where the exchange broke off is not known, so the session is not used again.
            raise aiosmtplib.SMTPServerDisconnected(reason_of(fault)) from fault
        await asyncio.to_thread(self._settle, claimed)
        return True

    async def _give_up(self, claimed: Claimed, fault: Exception) -> None:
        _log.warning(
            "a letter cannot be delivered", message=claimed.message_id, reason=reason_of(fault)
        )
        await asyncio.to_thread(self._postpone, (claimed,), reason_of(fault), for_good=True)

    def _is_any_due(self) -> bool:
        with reading(self._engine) as connection:
            return outbox.is_any_due(connection, epoch_ms(self._clock()))

    def _claim(self) -> tuple[Settings, tuple[Claimed, ...]]:
        with writing(self._engine) as connection:
            settings = load_settings(connection)
            return settings, outbox.claim_due(connection, epoch_ms(self._clock()))

    def _settle(self, claimed: Claimed) -> None:
        with writing(self._engine) as connection:
            outbox.mark_sent(connection, claimed, epoch_ms(self._clock()))

    def _postpone(
        self, unsent: tuple[Claimed, ...], reason: str, *, for_good: bool = False
    ) -> None:
        with writing(self._engine) as connection:
            for claimed in unsent:
                now_ms = epoch_ms(self._clock())
                outbox.mark_unsent(connection, claimed, reason, now_ms, for_good=for_good)

    def _release(self, untried: tuple[Claimed, ...]) -> None:
        with writing(self._engine) as connection:
            for claimed in untried:
                outbox.release(connection, claimed, epoch_ms(self._clock()))
