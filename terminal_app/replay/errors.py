"""Faults that end a replay; a line that cannot be a sale is no fault, it is listed.

TerminalError
└── ReplayError
    ├── FileUnreadable     no gzip, no UTF-8, no such columns
    ├── ReplayMismatch     its home was made with other terminals, programme or server
    └── HeadOfficeFault    head office could not be founded, started or reached when needed
"""

from terminal_app.errors import TerminalError


class ReplayError(TerminalError):
    """A replay cannot go on."""


class FileUnreadable(ReplayError):
    """The file is not what a replay reads: no gzip, no UTF-8, no such columns."""


class ReplayMismatch(ReplayError):
    """The replay's home was made with other terminals, another programme or another server."""


class HeadOfficeFault(ReplayError):
    """Head office could not be founded, started or reached when the replay needed it."""
