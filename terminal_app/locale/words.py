"""The words of the shop, on its screens and on its paper, in one language."""

from babel.messages.catalog import Catalog

from loyalty import wording
from loyalty.wording import LANGUAGE_NAMES, phrase

__all__ = ["LANGUAGE_NAMES", "Words", "catalogue", "phrase"]

_WHERE = ("terminal_app.locale", "paragon")


class Words(wording.Words):
    """The shop's words in `language` ("en", "pl" or "ru"). Raises ValueError for another."""

    def __init__(self, language: str) -> None:
        super().__init__(language, *_WHERE)


def catalogue(language: str) -> Catalog:
    """The shop's messages in `language`, as its translators wrote them."""
    return wording.catalogue(*_WHERE, language)
