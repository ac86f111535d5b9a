"""Writing to the ledger: entries and all that follows from them, in one transaction."""
