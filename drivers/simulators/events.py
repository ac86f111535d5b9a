"""What comes out of a printer that is fed bytes."""

from typing import Literal

from msgspec import Struct

from drivers.simulators.paper import Paper


class PaperCut(Struct, frozen=True):
    """A piece of paper came out."""

    paper: Paper


class StatusAsked(Struct, frozen=True):
    """The program asks how the printer is: `DLE EOT n` (real time) or `GS r n` (in its turn)."""

    command: Literal["DLE EOT", "GS r"]
    kind: int


class DrawerOpened(Struct, frozen=True):
    """A pulse went to the cash drawer's connector `pin`."""

    pin: int


class NotUnderstood(Struct, frozen=True):
    """Bytes that are no command of this printer; `data` holds their beginning."""

    data: bytes


Event = PaperCut | StatusAsked | DrawerOpened | NotUnderstood
