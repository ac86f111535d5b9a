"""Printers: what they can do, and the bytes that make them do it."""
