"""The fault of a demo: the script expected one thing and the shop did another.

TerminalError
└── DemoFault
"""

from terminal_app.errors import TerminalError


class DemoFault(TerminalError):
    """The demo did not come out as its script says; head office and tills may not be trusted."""
