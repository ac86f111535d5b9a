"""The cards that the tests of till and head office know people by."""

from loyalty.identifiers import card_number

CARD = card_number("290000900000001")
"""In the drawer of the first till; nobody has it at the start."""

SEEDED = card_number("290000900000002")
"""Żaneta Święćka's, in the register of head office from its founding."""
