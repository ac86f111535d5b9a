"""What a page makes of what others wrote."""

import pytest

from sync_server.office.formats import sentence


@pytest.mark.parametrize("text", ["It differs", "It differs.", "It differs..", "It differs. "])
def test_a_sentence_ends_once(text: str) -> None:
    assert sentence(text) == "It differs."
