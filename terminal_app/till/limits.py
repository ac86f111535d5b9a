"""What a sale or return must keep to before it is looked at any closer."""

from loyalty.amounts import MAX_AMOUNT_MINOR
from loyalty.baskets import MAX_LINES, MAX_QUANTITY, Basket
from loyalty.identifiers import is_receipt_reference
from loyalty.journal import MAX_ENTRY_BYTES
from terminal_app.till.answers import GoodsReturn, Reason, Refusal

BYTES_BESIDE_SKU = 32
"""The most that an entry takes for a line beside its article number."""

BYTES_BESIDE_WORD = 8
"""The most that it takes for a category or a tag, beside the word itself."""


BYTES_BESIDE_LINES = 1 << 16
"""The most that an entry takes for standing, sums and the rest of a sale."""


def overmarked(basket: Basket) -> Refusal | None:
    """Why `basket` cannot be posted with the words that its goods are known by: together they are
    more than a ledger's entry may hold."""
    size = sum(
        len(line.sku.encode())
        + BYTES_BESIDE_SKU
        + sum(len(word.encode()) + BYTES_BESIDE_WORD for word in (line.category, *line.tags))
        for line in basket.lines
    )
    return Refusal(Reason.BASKET_TOO_LARGE) if size > MAX_ENTRY_BYTES - BYTES_BESIDE_LINES else None


def unsellable(basket: Basket) -> Refusal | None:
    """Why `basket` cannot be posted: it is empty, or larger than a ledger's entry may be."""
    if not basket.lines:
        return Refusal(Reason.BASKET_EMPTY)
    is_too_large = (
        len(basket.lines) > MAX_LINES
        or abs(basket.total_minor) > MAX_AMOUNT_MINOR
        or any(abs(line.amount_minor) > MAX_AMOUNT_MINOR for line in basket.lines)
        or any(abs(line.quantity) > MAX_QUANTITY for line in basket.lines)
        or sum(len(line.sku.encode()) + BYTES_BESIDE_SKU for line in basket.lines) > MAX_ENTRY_BYTES
    )
    return Refusal(Reason.BASKET_TOO_LARGE) if is_too_large else None


def unreturnable(goods: GoodsReturn) -> Refusal | None:
    """Why `goods` cannot be taken back: amounts are positive, but where their receipt says more."""
    basket, has_receipt = goods.basket, bool(goods.of_receipt or goods.receipt_code)
    if has_receipt and not basket.lines:
        return None
    refusal = unsellable(basket)
    if refusal or has_receipt:
        return refusal
    if any(line.amount_minor < 0 for line in basket.lines):
        refusal = Refusal(Reason.RETURN_NEGATIVE)
    return refusal


def misnamed(reference: str) -> Refusal | None:
    """Why `reference` cannot name a receipt; an empty one lets the Till name it."""
    if reference and not is_receipt_reference(reference):
        return Refusal(Reason.RECEIPT_INVALID, {"receipt": reference})
    return None
