"""Telling head office and being told: one round trip both ways, never in the way of a sale."""
