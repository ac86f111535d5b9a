"""Receipts of every kind, and the papers they become."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from drivers.connect import open_printer
from drivers.documents import Document
from drivers.simulators.paper import Paper
from loyalty.baskets import Line
from loyalty.clock import epoch_ms
from loyalty.receipt_codes import SoldReceipt, receipt_code
from loyalty.receipts import (
    MONEY,
    RETURN,
    SALE,
    STAMPS,
    Receipt,
    RulePoints,
    TicketLine,
    TierStanding,
    VoucherSlip,
)

VOUCHER_CODE = (
    "PV1:SSVEWUSLFUYS4MJOGQZM2APUUNIEYTWPAAAADFA7FF577YLOB5HLJJIFHHLWLI37F7DTI7CS4NKW36V6WT3I"
    "Y4OLHNQEEY6P3JCVVEB6RZ4IJFS2KD56UFL3MSXG3WK3OK43IYGVSZP65P35ZMDA"
)
RECEIPT_CODE = receipt_code(
    SoldReceipt(
        *("KRK-1", 1, 40, "536365", "2900001000000011", 1250, "classic@1", 1_733_041_560_000),
        {"lines": [["85123A", 6, 1530], ["71053", 1, 123_456], ["", 1, 99]]},
    ),
    Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
)
CURRENCIES = {"en": "GBP", "pl": "PLN", "ru": "RUB"}
NAMES = {"en": "Zoë O'Neill", "pl": "Żaneta Święćka", "ru": "Щербакова Юлия"}
GOODS = {
    "en": "White hanging heart t-light holder, pack of six",
    "pl": "Świecznik w kształcie serca, biały, komplet sześciu sztuk",
    "ru": "Подсвечник в виде сердца, белый, набор из шести штук",
}


def receipts_in(language: str) -> dict[str, Receipt]:
    """One receipt of each kind for a member who speaks `language`, by its name."""
    sale = Receipt(
        kind=SALE,
        reference="536365",
        shop="Paragon Gifts",
        branch="Kraków",
        terminal="KRK-1",
        occurred_at_ms=epoch_ms(datetime(2024, 12, 1, 8, 26, tzinfo=UTC)),
        currency=CURRENCIES[language],
        language=language,
        lines=(
            Line("85123A", GOODS[language], 6, 1530),
            Line("71053", "", 1, 123_456),
            Line("", "", 1, 99),
        ),
        total_minor=125_085,
        member_name=NAMES[language],
        card="2900001000000011",
        points=1250,
        balance=1250,
    )
    slip = VoucherSlip(
        "KRK-1.1.42",
        500,
        epoch_ms(datetime(2025, 3, 1, 23, 59, 59, 999_000, tzinfo=UTC)),
        VOUCHER_CODE,
    )
    vouchers = replace(sale, points_redeemed=1000, balance=250, vouchers=(slip,))
    return {
        "sale": sale,
        "return": replace(sale, kind=RETURN, reference="C536379", points=-1250, balance=-1250),
        "voucher": vouchers,
        "copy": replace(vouchers, is_copy=True),
        "anonymous": replace(
            sale,
            member_name="",
            card="",
            points=0,
            balance=None,
            voucher_paid_minor=500,
        ),
        "notice": replace(sale, notices=(GOODS[language], "2 = 1")),
        "coded": replace(sale, code=RECEIPT_CODE),
        "large": replace(sale, returns_here=True),
        "item": _item_return(sale),
        "tier": _tier_sale(sale, language),
        "money": replace(
            sale,
            wallet=MONEY,
            points=2_345,
            balance=12_345,
            discount_minor=10_00,
            voucher_paid_minor=5_00,
            points_paid=20_000,
            points_paid_minor=200_00,
        ),
        "tickets": _drawn(sale, GOODS[language]),
        "stamps": replace(sale, wallet=STAMPS, points=3, points_redeemed=9, balance=1),
    }


def _tier_sale(sale: Receipt, language: str) -> Receipt:
    """A sale of several rules and a birthday, by a member on the way to gold."""
    return replace(
        sale,
        points=1_582,
        balance=1_682,
        rules=(RulePoints(GOODS[language], 1_562), RulePoints("2 = 1", 20)),
        bonuses=(RulePoints(NAMES[language], 100),),
        tier=TierStanding(
            {"en": "Silver", "pl": "Srebro", "ru": "Серебро"},
            {"en": "Gold", "pl": "Złoto", "ru": "Золото"},
            4_749_15,
        ),
    )


def _drawn(sale: Receipt, title: str) -> Receipt:
    """A sale with many tickets of a lottery, one of another, and some that are taken back."""
    many = TicketLine(title, 62, "KRK-1.1.57.1", "KRK-1.1.57.62")
    one = TicketLine("2 = 1", 1, "KRK-1:536365.1", "KRK-1:536365.1")
    return replace(sale, tickets=(many, one, TicketLine("2 = 1", -3)))


def _item_return(sale: Receipt) -> Receipt:
    """One line of `sale` brought back, of which much was never paid in money."""
    return replace(
        sale,
        kind=RETURN,
        reference="KRK-1.1.44",
        of_receipt=sale.reference,
        lines=sale.lines[:1],
        total_minor=1530,
        discount_minor=153,
        voucher_paid_minor=77,
        points_paid=20,
        points_paid_minor=200,
        points=8,
        balance=258,
        revoked=("KRK-1.1.42",),
    )


def papers_of(document: Document, url: str) -> list[Paper]:
    """What falls out of the printer at `url`."""
    papers: list[Paper] = []
    open_printer(url, papers.append).print(document)
    return papers
