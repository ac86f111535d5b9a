"""The door of head office: who gets in, who does not, and what every page carries."""

import asyncio
import re

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from sync_server.office.lockout import MAX_BAD_TRIES, SHUT_FOR, Lockout
from sync_server.office.sessions import OPEN_TO_ALL, SESSION_COOKIE
from tests.integration.office.chains import Chain, ShopClock

Browser = TestClient[Litestar]

OPEN_PATHS = {"/login", "/u/{token}", "/static/{file_path}"}


def form_token(browser: Browser, path: str = "/login") -> str:
    found = re.search(r'name="_csrf_token" value="([0-9a-f]+)"', browser.get(path).text)
    assert found is not None
    return found[1]


def try_to_sign_in(browser: Browser, password: str, name: str = "owner") -> int:
    fields = {"name": name, "password": password, "_csrf_token": form_token(browser)}
    return browser.post("/login", data=fields, follow_redirects=False).status_code


def test_the_owner_gets_in_and_out(chain: Chain, browser: Browser) -> None:
    assert try_to_sign_in(browser, chain.founded.owner_password) == 303
    assert browser.get("/", follow_redirects=False).status_code == 200
    token = form_token(browser, "/")
    session = browser.cookies[SESSION_COOKIE]
    answer = browser.post("/logout", data={"_csrf_token": token}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    browser.cookies.set(SESSION_COOKIE, session)
    assert browser.get("/", follow_redirects=False).status_code == 303


def test_the_session_cookie_is_out_of_reach_of_scripts_and_new_at_each_login(
    chain: Chain, browser: Browser
) -> None:
    planted = "a" * 43
    browser.cookies.set(SESSION_COOKIE, planted)
    fields = {
        "name": "owner",
        "password": chain.founded.owner_password,
        "_csrf_token": form_token(browser),
    }
    answer = browser.post("/login", data=fields, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert planted not in cookie


def test_a_stranger_is_sent_to_the_login_from_every_route(chain: Chain) -> None:
    app = chain.app()
    asked = 0
    with TestClient(app) as browser:
        for route in app.routes:
            if not isinstance(route, HTTPRoute) or route.path_format in OPEN_PATHS:
                continue
            path = re.sub(r"\{[^}]*\}", "2900001000000016", route.path_format)
            for method in route.methods - {"OPTIONS"}:
                answer = browser.request(method, path, follow_redirects=False)
                assert (answer.status_code, answer.headers.get("location")) == (303, "/login"), path
                asked += 1
    assert asked >= 9


def test_only_the_named_routes_are_open(chain: Chain) -> None:
    open_paths = {
        route.path_format
        for route in chain.app().routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.opt.get(OPEN_TO_ALL)
    }
    assert open_paths == OPEN_PATHS


@pytest.mark.parametrize("path", ["/login", "/logout", "/campaigns/welcome"])
def test_a_form_without_its_token_changes_nothing(
    chain: Chain, browser: Browser, path: str
) -> None:
    assert try_to_sign_in(browser, chain.founded.owner_password) == 303
    fields = {"name": "owner", "password": chain.founded.owner_password, "state": "off"}
    for token in (None, "0" * 128):
        posted = fields if token is None else {**fields, "_csrf_token": token}
        answer = browser.post(path, data=posted, follow_redirects=False)
        assert answer.status_code == 403
        assert "Nothing was changed" in answer.text
    assert browser.get("/", follow_redirects=False).status_code == 200
    assert "Switch off" in browser.get("/campaigns").text


def test_five_wrong_passwords_shut_the_door_for_a_while(chain: Chain, browser: Browser) -> None:
    assert [try_to_sign_in(browser, "wrong") for _ in range(MAX_BAD_TRIES)] == [401] * 5
    assert try_to_sign_in(browser, chain.founded.owner_password) == 429
    chain.clock.now += SHUT_FOR
    assert try_to_sign_in(browser, chain.founded.owner_password) == 303


def test_guesses_made_side_by_side_are_all_counted(chain: Chain) -> None:
    async def guess_at_once() -> list[int]:
        transport = httpx.ASGITransport(app=chain.app())  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as browser:
            page = await browser.get("/login")
            token = re.search(r'name="_csrf_token" value="([0-9a-f]+)"', page.text)
            assert token is not None
            fields = {"name": "owner", "password": "wrong", "_csrf_token": token[1]}
            answers = await asyncio.gather(
                *(browser.post("/login", data=fields) for _ in range(3 * MAX_BAD_TRIES))
            )
        return [answer.status_code for answer in answers]

    codes = asyncio.run(guess_at_once())
    assert sorted(codes) == [401] * MAX_BAD_TRIES + [429] * (2 * MAX_BAD_TRIES)


def test_an_unknown_name_reads_like_a_wrong_password(browser: Browser) -> None:
    fields = {"password": "wrong", "_csrf_token": form_token(browser)}
    known = browser.post("/login", data={**fields, "name": "owner"})
    unknown = browser.post("/login", data={**fields, "name": "ghost"})
    assert known.status_code == unknown.status_code == 401
    pages = [re.sub(r'value="[^"]*"', "", page.text) for page in (known, unknown)]
    assert pages[0] == pages[1]


def test_the_wait_is_for_a_name_at_an_address_and_for_an_address() -> None:
    clock = ShopClock()
    lockout = Lockout(clock)
    for _ in range(MAX_BAD_TRIES):
        lockout.bad_try("Owner", "192.0.2.1")
    assert lockout.is_shut("owner", "192.0.2.1")
    assert not lockout.is_shut("owner", "192.0.2.2")
    assert not lockout.is_shut("anna", "192.0.2.1")
    for number in range(30):
        lockout.bad_try(f"name{number}", "192.0.2.9")
    assert lockout.is_shut("anna", "192.0.2.9")
    lockout.good_try("owner", "192.0.2.1")
    assert not lockout.is_shut("owner", "192.0.2.1")


@pytest.mark.parametrize("path", ["/login", "/", "/members/none", "/members?page=x", "/u/x"])
def test_every_answer_keeps_the_browser_to_itself(browser: Browser, path: str) -> None:
    headers = browser.get(path, follow_redirects=False).headers
    assert headers["content-security-policy"].startswith("default-src 'self'; script-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
