"""The dark and light modules of a QR code, as a printer would compute them."""

from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

Matrix = tuple[tuple[bool, ...], ...]

_CORRECTIONS = {
    "L": ERROR_CORRECT_L,
    "M": ERROR_CORRECT_M,
    "Q": ERROR_CORRECT_Q,
    "H": ERROR_CORRECT_H,
}


@lru_cache(maxsize=64)
def qr_matrix(data: str, correction: str, quiet_modules: int) -> Matrix:
    """Return the code's rows, True for ink, with its quiet zone; empty when no code holds `data`.

    A printer prints nothing, without an error, for data that no code holds.
    """
    code = qrcode.QRCode(error_correction=_CORRECTIONS[correction], border=quiet_modules)
    code.add_data(data)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        return ()
    return tuple(tuple(bool(dark) for dark in row) for row in code.get_matrix())
