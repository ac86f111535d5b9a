"""Faults speak in sentences."""

import pytest

from loyalty import errors
from loyalty.errors import LoyaltyError


@pytest.mark.parametrize("name", ["AmountInvalid", "IdentifierInvalid", "EntryInvalid"])
def test_a_fault_says_what_and_what_to_do(name: str) -> None:
    fault = getattr(errors, name)("It is broken.", "Mend it.")
    assert isinstance(fault, LoyaltyError)
    assert str(fault) == "It is broken. Mend it."
    assert str(LoyaltyError("It is broken.")) == "It is broken."
