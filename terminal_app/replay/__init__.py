"""Replays: a file of receipt lines played as traffic through the same Till that cashiers use."""
