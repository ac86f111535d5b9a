"""The cashier's screen: one field, one set of keys, nothing that blocks."""
