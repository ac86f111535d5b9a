"""The loyalty domain: what a shop promises, what a journal records, what a balance is.

Pure code: no I/O and no clock of its own, so the till and head office run the very same rules.
"""
