"""server.toml: what is written is read again, what is wrong is named, secrets stay inside."""

import stat
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from sync_server.commands.founding import default_database
from sync_server.config import (
    MailConfig,
    ServerConfig,
    config_path,
    load_config,
    write_config,
)
from sync_server.errors import ConfigInvalid
from sync_server.store.settings import Settings


def test_a_new_configuration_reads_as_it_was_written(tmp_path: Path) -> None:
    config = ServerConfig(database='postgresql://u:p"\\ł\n@h/n', port=0)
    write_config(tmp_path, config)
    assert load_config(tmp_path) == config
    assert stat.S_IMODE(config_path(tmp_path).stat().st_mode) == 0o600
    with pytest.raises(ConfigInvalid, match="cannot be written"):
        write_config(tmp_path, config)


@pytest.mark.parametrize("folder", ["zakupy 😀", "co?nowego#tu", "100%25", 'a"b\\c\x7f\x01'])
def test_any_folder_can_be_a_home(tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder
    home.mkdir()
    write_config(home, ServerConfig(database=default_database(home), host=folder))
    kept = load_config(home)
    assert make_url(kept.database).database == str(home / "server.sqlite")
    assert kept.host == folder


def test_the_mail_section_as_the_comments_show_it(tmp_path: Path) -> None:
    write_config(tmp_path, ServerConfig(database=default_database(tmp_path)))
    path = config_path(tmp_path)
    opened = path.read_text("utf-8").replace("# [smtp]", "[smtp]")
    lines = opened.splitlines()
    start = lines.index("[smtp]") + 1
    text = "\n".join([*lines[:start], *(line.removeprefix("# ") for line in lines[start:])])
    path.write_text(text, encoding="utf-8")
    smtp = load_config(tmp_path).smtp
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.security) == ("smtp.example.com", 587, "starttls")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("port = 1", "database"),
        ("database = 'x'\nport = 'many'", r"\$.port"),
        ("database = 'x'\nport = 70000", "port 70000"),
        ("database = 'x'\nprot = 1", "prot"),
        ("database = ", "server.toml"),
        ("database = 'x'\n[smtp]\nhost = 'h'\nsecurity = 'perhaps'", "security"),
        ("#" * 70_000, "larger than"),
        *(
            (f"database = 'x'\n[smtp]\nhost = 'h'\n{line}", f"smtp.{key}")
            for key, line in (
                ("port 0", "port = 0"),
                ("port 70000", "port = 70000"),
                ("sender", "sender = 'a@['"),
                ("sender", "sender = 'nobody'"),
                ("sender", "sender = 'a@b.pl, c@d.pl'"),
                ("sender", "sender = 'sklep@żabka.pl'"),
                ("public_url", "public_url = 'shop.example'"),
                ("public_url", "public_url = 'https://[x'"),
            )
        ),
        *(
            (f"database = 'x'\n[smtp]\nhost = '{host}'", r"smtp\.host")
            for host in ("", "a..b", "x" * 70, "mail example")
        ),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, text: str, named: str) -> None:
    config_path(tmp_path).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigInvalid, match=named):
        load_config(tmp_path)


def test_secrets_are_not_shown_by_chance() -> None:
    shown = repr(
        [
            MailConfig(host="h", password="hidden"),
            ServerConfig(database="postgresql://u:hidden@h/n"),
            Settings(
                history_id="h",
                shop="S",
                currency="PLN",
                timezone="UTC",
                programme="classic@1",
                link_secret="hidden",
            ),
        ]
    )
    assert "hidden" not in shown
