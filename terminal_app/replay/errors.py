"""Faults that end a replay; a line that cannot be a sale is no fault, it is listed.

TerminalError
└── ReplayError
    ├── ReplayMismatch     its home was made with other terminals, programme or server
    └── HeadOfficeFault    head office could not be founded, started or reached when needed
"""

from terminal_app.errors import TerminalError


class ReplayError(TerminalError):
    """A replay cannot go on."""


class ReplayMismatch(ReplayError):
    """The replay's home was made with other terminals, another programme or another server."""


class HeadOfficeFault(ReplayError):
    """Head office could not be founded, started or reached when the replay needed it."""
