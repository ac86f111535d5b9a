"""Members' cards as pictures: a QR code to scan from a screen or from paper."""

from html import escape
from pathlib import Path

import qrcode

from terminal_app.demo.cast import MEMBERS, Customer

WIDTH, HEIGHT = 480, 280
_QR_SIDE = 200
_QR_LEFT, _QR_TOP = 250, 40


def write_cards(folder: Path) -> None:
    """Write one SVG for each member of the demo into `folder`, named by card number."""
    folder.mkdir(parents=True, exist_ok=True)
    for member in MEMBERS:
        (folder / f"{member.card}.svg").write_text(card_picture(member), "utf-8")


def card_picture(member: Customer) -> str:
    """The card of `member` as SVG: name, number in fours, QR code of the number."""
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(member.card)
    matrix = code.get_matrix()
    side = _QR_SIDE / len(matrix)
    modules = "".join(
        f"M{column} {row}h1v1h-1z"
        for row, line in enumerate(matrix)
        for column, is_dark in enumerate(line)
        if is_dark
    )
    fours = " ".join(member.card[start : start + 4] for start in range(0, len(member.card), 4))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="24" fill="#14213d"/>\n'
        '<text x="32" y="68" font-size="28" font-weight="bold" fill="#fca311">Paragon</text>\n'
        f'<text x="32" y="190" font-size="20" fill="#ffffff">{escape(member.name)}</text>\n'
        f'<text x="32" y="236" font-size="20" fill="#e5e5e5">{fours}</text>\n'
        f'<rect x="{_QR_LEFT}" y="{_QR_TOP - 10}" width="{_QR_SIDE}" height="{_QR_SIDE}"'
        ' rx="8" fill="#ffffff"/>\n'
        f'<path transform="translate({_QR_LEFT} {_QR_TOP - 10}) scale({side:.4f})"'
        f' d="{modules}" fill="#000000" shape-rendering="crispEdges"/>\n'
        "</svg>\n"
    )
