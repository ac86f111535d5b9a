"""What a new member reads: in their language, true to the programme, and nobody's markup."""

import pytest
from jinja2 import TemplateError
from jinja2.exceptions import SecurityError

from loyalty.members import LANGUAGES
from loyalty.programme.document import classic_document, load_programme
from sync_server.campaigns.welcome import Greeted, welcome_letter, welcome_notice
from sync_server.campaigns.wording import filled, letter_html, money, one_line, paragraphs

CLASSIC = load_programme(classic_document())
NO_REWARD = load_programme(classic_document().partition("[reward]")[0])


def greeted(name: str = "Anna", language: str = "en", balance: int = 37) -> Greeted:
    return Greeted(name, language, balance, "Corner Shop", CLASSIC)


def test_the_notice_says_what_the_programme_promises_in_each_language() -> None:
    assert welcome_notice(greeted()) == {
        "en": "Welcome, Anna! Every 500 points bring you a voucher of £5.00.",
        "pl": "Witamy, Anna! 500 punktów to bon o wartości 5,00 GBP.",
        "ru": "Добро пожаловать, Anna! 500 баллов — это ваучер на 5,00 £.",
    }


@pytest.mark.parametrize(
    ("currency", "worth"),
    [
        ("JPY", {"en": "¥5.", "pl": "5 JPY.", "ru": "5 ¥."}),
        ("KWD", {"en": "KWD5.000.", "pl": "5,000 KWD.", "ru": "5,000 KWD."}),
    ],
)
def test_a_voucher_is_worth_what_its_currency_says(currency: str, worth: dict[str, str]) -> None:
    programme = load_programme(classic_document().replace('"GBP"', f'"{currency}"'))
    for language, said in worth.items():
        told = Greeted("Anna", language, 37, "Corner Shop", programme)
        assert welcome_notice(told)[language].endswith(said)
        assert said.rstrip(".") in welcome_letter(told).body


def test_without_a_reward_nothing_is_promised() -> None:
    plain = Greeted("Anna", "en", 3, "Corner Shop", NO_REWARD)
    assert welcome_notice(plain)["en"] == "Welcome, Anna! Every purchase with your card counts."
    assert "voucher" not in welcome_letter(plain).body


@pytest.mark.parametrize(
    ("language", "balance", "said"),
    [
        ("en", 1, "1 point."),
        ("en", 37, "37 points."),
        ("pl", 1, "1 punkt."),
        ("pl", 22, "22 punkty."),
        ("pl", 12, "12 punktów."),
        ("ru", 21, "21 балл."),
        ("ru", 3, "3 балла."),
        ("ru", 11, "11 баллов."),
        ("xx", 5, "5 points."),
    ],
)
def test_points_are_counted_as_the_language_counts(language: str, balance: int, said: str) -> None:
    assert said in welcome_letter(greeted(language=language, balance=balance)).body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_member_without_a_name_is_greeted_without_a_gap(language: str) -> None:
    letter = welcome_letter(greeted(name="", language=language))
    assert ", ," not in letter.subject + letter.body
    assert not letter.subject.endswith((",", " "))
    assert "  " not in letter.body


def test_a_name_that_carries_markup_headers_or_commands_is_only_text() -> None:
    name = "<b>Eve</b>\r\nBcc: all@example.org\x1b@ {{ 7 * 7 }}"
    letter = welcome_letter(greeted(name=name))
    assert "\n" not in letter.subject
    assert "\x1b" not in letter.subject + letter.body
    assert "{{ 7 * 7 }}" in letter.body
    html = letter_html(
        {
            "language": "en",
            "subject": letter.subject,
            "paragraphs": paragraphs(letter.body),
            "unsubscribe": "",
            "unsubscribe_url": "",
        }
    )
    assert "<b>" not in html
    assert "&lt;b&gt;Eve&lt;/b&gt;" in html
    assert "\x1b" not in "".join(welcome_notice(greeted(name=name)).values())


def test_a_template_reaches_nothing_but_its_facts() -> None:
    with pytest.raises(SecurityError):
        filled("{{ name.__class__.__mro__ }}", "en", {"name": "Anna"})
    with pytest.raises(TemplateError):
        filled("{{ nmae }}", "en", {"name": "Anna"})


def test_money_uses_blanks_that_every_printer_has() -> None:
    assert money(123456, "PLN", "pl") == "1 234,56 zł"
    assert money(1234567, "PLN", "ru").isprintable()


def test_long_names_are_cut() -> None:
    assert one_line("a" * 100) == "a" * 60
