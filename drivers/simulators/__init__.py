"""Printers made of software: they understand the bytes, show the paper and can fail."""
