"""What must hold of every catalogue of messages: nothing said is missing, nothing is half said."""

import ast
import string
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog

MARKS = {"text": (0,), "plural": (0, 1), "phrase": (0,), "saying": (1,)}
"""Where the messages stand among the arguments of each call that takes them."""

Message = str | tuple[str, ...]


def said_in(source: str) -> Iterator[Message]:
    """The messages that Python `source` says, also inside f-strings."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        places = MARKS.get(name, ())
        if places and len(node.args) > max(places):
            given = [node.args[place] for place in places]
            texts = [
                part.value
                for part in given
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
            if len(texts) == len(given):
                yield texts[0] if len(texts) == 1 else tuple(texts)


def said_below(folders: Iterable[Path]) -> set[Message]:
    """The messages that the modules below `folders` say."""
    paths = (path for folder in folders for path in folder.rglob("*.py"))
    return {message for path in paths for message in said_in(path.read_text(encoding="utf-8"))}


def messages_of(catalogue: Catalog) -> set[Message]:
    """The message ids of `catalogue`, its heading left out."""
    return {_id_of(message.id) for message in catalogue if message.id}


def untranslated(catalogue: Catalog) -> list[str]:
    """What is wrong with its translations: empty, fuzzy, of too few forms, or other names in it."""
    findings = []
    for message in catalogue:
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        given = message.string or ""
        texts = [given] if isinstance(given, str) else [text or "" for text in given]
        if len(texts) != (1 if isinstance(message.id, str) else catalogue.num_plurals):
            findings.append(f"{ids[0]}: {len(texts)} forms")
        if message.fuzzy or not all(text.strip() for text in texts):
            findings.append(f"{ids[0]}: not translated")
        if any(names_in(text) != names_in(ids[-1]) for text in texts):
            findings.append(f"{ids[0]}: other names in braces")
    return findings


def left_in_english(catalogue: Catalog) -> set[str]:
    """Messages of words whose translation is the English."""
    return {
        message.id
        for message in catalogue
        if isinstance(message.id, str)
        and message.string == message.id
        and any(letter.isalpha() for letter in _without_names(message.id))
    }


def names_in(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _without_names(text: str) -> str:
    return "".join(plain for plain, _, _, _ in string.Formatter().parse(text))


def _id_of(message_id: str | list[str] | tuple[str, ...]) -> Message:
    return message_id if isinstance(message_id, str) else tuple(message_id)
