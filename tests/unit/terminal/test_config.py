"""till.toml: what is wrong is said with its file and its key."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.connect import open_printer
from terminal_app.bootstrap import open_till
from terminal_app.config import (
    CONFIG_FILE,
    HOME_VARIABLE,
    TillConfig,
    default_home,
    load_config,
    save_config,
)
from terminal_app.errors import ConfigInvalid
from tests.unit.terminal.counter import found_till

PLAIN_TEXT = st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_characters="\x7f"))


def test_without_a_file_everything_is_as_it_comes(tmp_path: Path) -> None:
    assert load_config(tmp_path) == TillConfig()


@given(PLAIN_TEXT, PLAIN_TEXT, st.sampled_from(["en", "pl", "ru"]), st.integers(1, 3600))
def test_what_is_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory,
    printer: str,
    scanner: str,
    language: str,
    sync_seconds: int,
) -> None:
    home = tmp_path_factory.mktemp("till")
    config = TillConfig(
        printer=printer, scanner=scanner, language=language, sync_seconds=sync_seconds
    )
    save_config(home, config)
    assert load_config(home) == config
    assert [path.name for path in home.iterdir()] == [CONFIG_FILE]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('language = "xx"', "language"),
        ("language = 1", "language"),
        ('printer = ["a"]', "printer"),
        ("scanner = true", "scanner"),
        ("sync_seconds = 0", "sync_seconds"),
        ("sync_seconds = 3601", "sync_seconds"),
        ("sync_seconds = 1.5", "sync_seconds"),
        ('sync_seconds = "15"', "sync_seconds"),
        ("agent_port = -1", "agent_port"),
        ("agent_port = 65536", "agent_port"),
        ("kiosk_idle_seconds = 0", "kiosk_idle_seconds"),
        ('colour = "red"', "colour"),
        ("[printer]\nurl = 1", "printer"),
    ],
)
def test_a_wrong_value_is_named_by_file_and_key(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / CONFIG_FILE
    path.write_text(text)
    with pytest.raises(ConfigInvalid) as caught:
        load_config(tmp_path)
    assert str(path) in caught.value.message
    assert key in caught.value.message


@pytest.mark.parametrize(
    "content",
    [
        b"language = ",
        b"= 1",
        b"language = 'en'\nlanguage = 'pl'",
        b"\xff\xfe",
        b"agent_port = " + b"1" * 9999,
        b"printer = " + b"[" * 9999,
    ],
)
def test_what_is_no_toml_is_named_by_its_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CONFIG_FILE).write_bytes(content)
    with pytest.raises(ConfigInvalid, match=r"till\.toml"):
        load_config(tmp_path)


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / CONFIG_FILE).mkdir()
    with pytest.raises(ConfigInvalid, match=r"till\.toml cannot be read"):
        load_config(tmp_path)


@pytest.mark.parametrize("url", ["laser:", "escpos+tcp://", "escpos+tcp://host?width=70"])
def test_a_printer_that_cannot_be_is_named_by_file_and_key(tmp_path: Path, url: str) -> None:
    found_till(tmp_path)
    save_config(tmp_path, TillConfig(printer=url))
    with pytest.raises(ConfigInvalid, match=r"till\.toml: printer") as caught, open_till(tmp_path):
        pass
    assert "escpos+tcp://" in caught.value.hint


def test_a_printer_that_can_be_is_opened(tmp_path: Path) -> None:
    found_till(tmp_path)
    save_config(tmp_path, TillConfig(printer="sim:?width=58"))
    assert open_printer("sim:?width=58").profile.columns == 32
    with open_till(tmp_path) as shop:
        assert shop.config.printer == "sim:?width=58"
        assert shop.spool.drain() == 0


def test_where_a_till_lives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    assert default_home() == tmp_path
    monkeypatch.delenv(HOME_VARIABLE)
    assert default_home().parts[-2:] == ("paragon", "till")
