"""What text fits the books of either database."""

MAX_TEXT_CHARACTERS = 500


def is_plain(*texts: str) -> bool:
    """Whether each text is short enough and free of NUL, which PostgreSQL does not keep."""
    together = "".join(texts)
    if "\0" in together:
        return False
    return len(together) <= MAX_TEXT_CHARACTERS or max(map(len, texts)) <= MAX_TEXT_CHARACTERS
