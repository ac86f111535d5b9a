"""Faults of the shop's side.

    TerminalError
    ├── ConfigInvalid           till.toml cannot be read or says something impossible
    ├── NotSetUp                this home has no till yet
    ├── AlreadySetUp            this home has a till, which would be overwritten
    ├── StoreFault              the till's database cannot be used
    │   ├── StoreFull           no room left on the disk; nothing was recorded
    │   ├── StoreBusy           another process holds the database for too long
    │   └── StoreTooNew         a newer version of the product wrote it
    ├── HeadOfficeUnreachable   no answer from head office; the till works on
    └── HeadOfficeRefused       head office answered no, and says why
        └── HeadOfficeBusy      it takes no more of such requests for a while

Each carries `hint`: what the person who meets it can do.
"""

from loyalty.errors import Fault


class TerminalError(Fault):
    """A fault at the shop."""


class ConfigInvalid(TerminalError):
    """till.toml cannot be read or says something impossible."""


class NotSetUp(TerminalError):
    """This home has no till yet."""


class AlreadySetUp(TerminalError):
    """This home has a till, which would be overwritten."""


class StoreFault(TerminalError):
    """The till's database cannot be used."""


class StoreFull(StoreFault):
    """No room left on the disk; nothing was recorded."""


class StoreBusy(StoreFault):
    """Another process holds the database for too long."""


class StoreTooNew(StoreFault):
    """A newer version of the product wrote the database."""


class HeadOfficeUnreachable(TerminalError):
    """No answer from head office; the till works on."""


class HeadOfficeRefused(TerminalError):
    """Head office answered no, and says why."""


class HeadOfficeBusy(HeadOfficeRefused):
    """It takes no more of such requests for a while."""
