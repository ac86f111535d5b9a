"""Words that a shop writes for its members, in one language or in several."""

from collections.abc import Mapping

from loyalty.members import DEFAULT_LANGUAGE

ShopText = str | dict[str, str]
"""One text for everybody, or one a language: `{ en = "Mug", pl = "Kubek", ru = "Кружка" }`."""

MAX_TEXT_CHARACTERS = 120


def in_language(text: str | Mapping[str, str], language: str, otherwise: str = "") -> str:
    """`text` in `language`, else in the default one, else in any it has, else `otherwise`."""
    if isinstance(text, str):
        return text or otherwise
    told = text.get(language) or text.get(DEFAULT_LANGUAGE)
    return told or next(iter(text.values()), "") or otherwise
