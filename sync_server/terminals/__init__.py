"""Terminals of the chain: how they enrol, prove themselves, hand in journals and are told."""
