"""Faults of the loyalty domain.

    Fault
    └── LoyaltyError
        ├── AmountInvalid       a text that is no amount of money
        ├── IdentifierInvalid   an id or number that breaks its own form
        ├── ProgrammeInvalid    a programme document that cannot be loaded
        ├── EntryInvalid        journal bytes that are no entry
        ├── FileUnreadable      a file of receipt lines: no gzip, no UTF-8, no such columns
        ├── DrawFileInvalid     bytes that are no file of a lottery's draw
        ├── SalesUnusable       sales that no programme can be tried out on
        └── FrameInvalid        bytes of the sync protocol that break its form or its limits

Each carries `hint`: what the person at the till or at head office can do about it.
"""

import msgspec


class Fault(Exception):
    """A fault said in a sentence, with a `hint` on what to do next.

    The trees of the domain and of both products begin here.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class LoyaltyError(Fault):
    """A fault in loyalty data."""


class AmountInvalid(LoyaltyError):
    """A text that is no amount of money."""


class IdentifierInvalid(LoyaltyError):
    """An id or number that breaks its own form."""


class DocumentFault(msgspec.Struct, frozen=True):
    """One thing that is wrong with a programme document: on `line`, `key` `what`; what is `allowed`
    there."""

    line: int
    key: str
    what: str
    allowed: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.key} {self.what}: {self.allowed}"


class ProgrammeInvalid(LoyaltyError):
    """A programme document that cannot be loaded; `faults` are all that is wrong with it."""

    def __init__(
        self, message: str, hint: str = "", faults: tuple[DocumentFault, ...] = ()
    ) -> None:
        super().__init__(message, hint)
        self.faults = faults


class EntryInvalid(LoyaltyError):
    """Bytes that are no journal entry."""


class FileUnreadable(LoyaltyError):
    """A file that is no table of receipt lines: no gzip, no UTF-8, no such columns."""


class DrawFileInvalid(LoyaltyError):
    """Bytes that are no file of a lottery's draw."""


class SalesUnusable(LoyaltyError):
    """Sales that no programme can be tried out on: none at all, or not in the order of time."""


class FrameInvalid(LoyaltyError):
    """Bytes of the sync protocol that break its form or its limits."""
