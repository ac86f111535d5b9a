"""server.toml: what is written is read again, what is wrong is named, secrets stay inside."""

import stat
from pathlib import Path

import pytest

from sync_server.config import (
    MailConfig,
    ServerConfig,
    config_path,
    default_database,
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
