"""Faults of head office.

    ServerError
    ├── ConfigInvalid      a setting, option or file that cannot be used
    ├── NotFounded         a home or database in which no chain was founded
    ├── AlreadyFounded     a home or database that holds a chain
    ├── NotPublished       a version of the programme that cannot be published or taken back
    ├── NotDrawn           a lottery that cannot be drawn: not yet, or not with this secret
    ├── StoreNewer         a database written by a newer version
    ├── StoreUnavailable   a database that cannot be opened, read or written
    ├── PortTaken          an address that cannot be listened on
    ├── EnrolmentRefused   a one-time code that opens nothing
    ├── TooManySnapshots   more new tills at once than head office serves
    ├── TerminalUnknown    a token of no terminal, or of one that was revoked
    └── UnknownSubject     a terminal, branch or user that is not there

Each carries `hint`: what the person who runs head office can do about it.
"""

from loyalty.errors import Fault


class ServerError(Fault):
    """A fault of head office."""


class ConfigInvalid(ServerError):
    """A setting, option or file that cannot be used."""


class NotFounded(ServerError):
    """A home or database in which no chain was founded."""


class AlreadyFounded(ServerError):
    """A home or database that holds a chain."""


class NotPublished(ServerError):
    """A version of the programme that cannot be published or taken back."""


class StoreNewer(ServerError):
    """A database written by a newer version."""


class StoreUnavailable(ServerError):
    """A database that cannot be opened, read or written."""


class PortTaken(ServerError):
    """An address that cannot be listened on."""


class EnrolmentRefused(ServerError):
    """A one-time code that opens nothing."""


class TooManySnapshots(ServerError):
    """More new tills at once than head office serves."""


class TerminalUnknown(ServerError):
    """A token of no terminal, or of one that was revoked."""


class NotDrawn(ServerError):
    """A lottery that cannot be drawn: not yet, or not with this secret."""


class OrderRefused(ServerError):
    """An order that may not become what was asked, from where it is."""


class UnknownSubject(ServerError):
    """A terminal, branch or user that is not there."""
