"""python-escpos as a pure function from calls to bytes: its Dummy, with a profile of ours.

The library draws; it never owns a device here (its own transports wait a minute for a silent
printer and lose jobs without an error). Each job gets a Dummy of its own, as two threads on one
garble each other's lines; what is costly to build, the letter tables, is shared.
"""

import logging
import os
import shutil
from functools import cache, lru_cache
from typing import Any

from drivers.printers.profile import CodePage, PrinterProfile


def new_renderer(profile: PrinterProfile) -> Any:  # python-escpos ships no types
    """Return an empty python-escpos `Dummy` for `profile`; about 60 microseconds."""
    escpos_profile, encoder = _shared_parts(profile)
    return _library().Dummy(profile=escpos_profile, magic_encode_args={"encoder": encoder})


@lru_cache(maxsize=32)
def _shared_parts(profile: PrinterProfile) -> tuple[Any, Any]:
    library = _library()
    escpos_profile = library.capabilities.Profile(columns=profile.columns, features={})
    slots: dict[CodePage, str] = {name: str(slot) for name, slot in profile.code_pages}
    # A known width in dots also keeps the library from printing a warning to standard output.
    escpos_profile.profile_data = {
        "media": {"width": {"pixels": profile.dots}},
        "codePages": {slot: name for name, slot in slots.items()},
        "fonts": {"0": {"name": "Font A", "columns": profile.columns}},
    }
    return escpos_profile, library.magicencode.Encoder(slots)


class _Library:
    def __init__(self) -> None:
        from escpos import capabilities, magicencode  # noqa: PLC0415
        from escpos.printer.dummy import Dummy  # noqa: PLC0415

        self.capabilities = capabilities
        self.magicencode = magicencode
        self.Dummy = Dummy


@cache
def _library() -> _Library:
    """Import python-escpos at the first job, without what its import does to the process.

    It gives the root logger a handler to standard error, which would write over a till's screen,
    and leaves a directory with a pickle in the temporary folder at every start.
    """
    handlers = logging.root.handlers[:]
    library = _Library()
    logging.root.handlers[:] = handlers
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(library.capabilities.pickle_dir, ignore_errors=True)
    return library
