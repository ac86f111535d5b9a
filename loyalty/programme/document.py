"""The programme document: how it is loaded, and how all that is wrong with it is told at once."""

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import cast

import msgspec
from msgspec import inspect

from loyalty.errors import DocumentFault, ProgrammeInvalid
from loyalty.programme.checks.whole import check
from loyalty.programme.faults import MAX_FAULTS_TOLD, Findings, spoken
from loyalty.programme.places import KeyPath, line_of, located
from loyalty.programme.reading import readable
from loyalty.programme.terms.programme import BASE_RULE, ONE_WALLET, Programme

__all__ = [
    "BASE_RULE",
    "CLASSIC",
    "MAX_DOCUMENT_BYTES",
    "ONE_WALLET",
    "Programme",
    "classic_document",
    "load_programme",
]

CLASSIC = "classic"
MAX_DOCUMENT_BYTES = 256 * 1024
MAX_DOCUMENTS_REMEMBERED = 16
"""A page or a sync asks for the same few again and again, and reading one takes milliseconds."""

MAX_FAULTS_IN_A_MESSAGE = 20
"""A message is one line, of a log or of a terminal; `faults` has the rest."""

KEYS_ARE_LISTED = "docs/programme.md lists the keys."

_FORM = cast(inspect.StructType, inspect.type_info(Programme))
_TOO_LONG = "A number has more digits than any that is meant"
_TOO_DEEP = "Brackets stand deeper within brackets than any key needs"
_PLACE = re.compile(r"(?P<said>.*) \(at (line (?P<line>[0-9]+), column [0-9]+|end of document)\)")


@lru_cache(maxsize=MAX_DOCUMENTS_REMEMBERED)
def load_programme(document: str, source: str = "the programme") -> Programme:
    """The programme written in the TOML text `document`; `source` names it in errors.

    Raises ProgrammeInvalid with every fault of it, each with its line, its key and what may stand
    there.
    """
    if len(document.encode()) > MAX_DOCUMENT_BYTES:
        raise ProgrammeInvalid(f"{source} is larger than {MAX_DOCUMENT_BYTES} bytes.")
    try:
        # Numbers with a point are kept as they are written: no key takes one, faults show it.
        tree = tomllib.loads(document, parse_float=Decimal)
        places = located(document)
    except tomllib.TOMLDecodeError as fault:
        raise _not_toml(document, source, str(fault)) from None
    except (ValueError, RecursionError) as fault:
        # The TOML reader lets these through, in words of Python's own.
        said = _TOO_DEEP if isinstance(fault, RecursionError) else _TOO_LONG
        raise _not_toml(document, source, said) from None
    findings = Findings()
    programme = msgspec.convert(readable(tree, _FORM, findings), type=Programme)
    check(programme, findings)
    if findings.found:
        raise _refused(places, source, findings)
    return programme


def classic_document() -> str:
    """The text of the default programme that ships with the product."""
    return resources.files("loyalty.programme").joinpath("examples/classic.toml").read_text("utf-8")


def _refused(places: Mapping[KeyPath, int], source: str, findings: Findings) -> ProgrammeInvalid:
    faults = [
        DocumentFault(line_of(places, one.path), spoken(one.path), one.what, one.allowed)
        for one in findings.found
    ]
    faults.sort(key=lambda fault: fault.line)
    told = [_sentence(fault) for fault in faults[:MAX_FAULTS_IN_A_MESSAGE]]
    if len(faults) > len(told):
        told.append(f"And {len(faults) - len(told)} more.")
    opening = f"{source}:" if len(faults) == 1 else f"{source} has {len(faults)} faults:"
    return ProgrammeInvalid(
        " ".join([opening, *told]), KEYS_ARE_LISTED, tuple(faults[:MAX_FAULTS_TOLD])
    )


def _sentence(fault: DocumentFault) -> str:
    return f"{fault}" if fault.allowed.endswith("?") else f"{fault}."


def _not_toml(document: str, source: str, said: str) -> ProgrammeInvalid:
    place = _PLACE.fullmatch(said)
    line = 1
    if place:
        said = place["said"]
        line = int(place["line"] or document.count("\n") + 1)
    fault = DocumentFault(line, "the document", "is not TOML", said)
    return ProgrammeInvalid(f"{source} is not TOML: line {line}: {said}.", faults=(fault,))
