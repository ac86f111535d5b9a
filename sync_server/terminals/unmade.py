"""Sales that a return tells of, and that cannot come any more.

Goods may come back at another till before head office has heard of their sale: the return tells
the whole of it, and goes by that. Once head office holds another entry in the sale's place, the
sale was made up, or rung up by a copy of its till. A till that goes on in another journal writes
again there what was not heard; so while nothing of such a journal is here, the sale may come.
"""

from sqlalchemy import Connection, bindparam, exists, select

from loyalty.journal import Entry
from sync_server.store.tables import heads, journals, terminals


def why_never_made(connection: Connection, entry: Entry, of: tuple[str, int, int]) -> str:
    """Why the sale in the place `of`, which the books do not hold, will not come; or nothing. In
    the transaction that posts the return `entry`."""
    terminal, epoch, seq = of
    if connection.execute(_TERMINAL, {"of_terminal": terminal}).first() is None:
        return f"it is of a sale at {terminal[:40]!r}, which is no terminal of the chain"
    asked = {"of_terminal": terminal, "of_epoch": epoch}
    held = connection.execute(_HEAD, asked).scalar() or 0
    if (terminal, epoch) == (entry.terminal, entry.epoch):
        held = max(held, entry.seq)
    if seq > held or connection.execute(_UNHEARD, asked).first():
        return ""
    return f"it is of a sale that entry {seq} of journal {epoch} of {terminal} is not"


_TERMINAL = select(terminals.c.terminal).where(terminals.c.terminal == bindparam("of_terminal"))
_HEAD = select(heads.c.seq).where(
    heads.c.terminal == bindparam("of_terminal"), heads.c.epoch == bindparam("of_epoch")
)
_UNHEARD = select(journals.c.epoch).where(
    journals.c.terminal == bindparam("of_terminal"),
    journals.c.epoch > bindparam("of_epoch"),
    ~exists().where(heads.c.terminal == journals.c.terminal, heads.c.epoch == journals.c.epoch),
)
