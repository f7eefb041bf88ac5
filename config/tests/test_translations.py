"""The platform as people of either language meet it: over the API, in the console, in its seeds."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from babel.messages.catalog import Message
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from apps.access.models import DataScope, Menu, Role
from apps.organization.models import Department
from config.env import BASE_DIR
from config.runtime.seeding import seed_all
from config.translations.catalogues import strings_of
from config.translations.sources import KEYWORDS, OURS, key_of, read, texts_of

pytestmark = pytest.mark.django_db
Console = Callable[..., Client]
REQUIRED = {
    "en": "Invalid input: username: This field is required.",
    "zh-hans": "输入无效：username: 该字段是必填项。",  # noqa: RUF001 - Chinese
}
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN = {"Atrium", "%(problem)s"}
"""What is the same in every language."""

PAGES = (
    "admin:index",
    "admin:account",
    "admin:password_change",
    "admin:accounts_user_changelist",
    "admin:accounts_user_add",
    "admin:access_role_changelist",
    "admin:access_role_add",
    "admin:access_menu_changelist",
    "admin:organization_department_changelist",
    "admin:dict_dicttype_changelist",
)


class Visible(HTMLParser):
    """Collects what a person reads or hears of a page; icons are words that nobody sees."""

    SPOKEN = ("title", "placeholder", "aria-label", "alt", "data-label")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.texts += [" ".join((found[name] or "").split()) for name in self.SPOKEN & found.keys()]
        is_icon = "material-symbols-outlined" in (found.get("class") or "")
        if is_icon or tag in {"script", "style"}:
            self._hidden = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(" ".join(data.split()))


def _messages() -> Iterator[Message]:
    """Yield what is translated, of the platform, its plugins and packages."""
    for top in OURS:
        for path in sorted((BASE_DIR / top).rglob("zh_Hans/LC_MESSAGES/django.po")):
            yield from texts_of(read(path, "zh_Hans"))


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Return what each English text looks like on a page; short fragments say nothing."""
    found = []
    for message in _messages():
        for text in [message.id] if isinstance(message.id, str) else message.id:
            words = " ".join(text.split())
            parts = re.split(r"%\(\w+\)s|%s|\{\w*\}", words)
            if words not in LATIN and len("".join(parts)) > 2:
                found.append(re.compile(".+".join(map(re.escape, parts)), re.IGNORECASE))
    return tuple(found)


def _leftovers(html: str) -> list[str]:
    texts = {text for text in Visible(html).texts if re.search("[A-Za-z]{3}", text)}
    return sorted(text for text in texts if any(p.fullmatch(text) for p in _patterns()))


def _login(**headers: str) -> Any:
    return APIClient(headers=headers).post("/api/v1/auth/login", {})


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN", "zh-hans"),
        ("zh", "zh-hans"),
        ("zh-Hans", "zh-hans"),
        ("zh-Hans-CN", "zh-hans"),
        ("ZH-cn", "zh-hans"),
        ("en-US", "en"),
        ("en-GB", "en"),
        ("fr, zh-CN;q=0.5", "zh-hans"),
        ("zh-CN;q=0.4, en;q=0.9", "en"),
        ("en;q=0.4, zh-CN;q=0.9", "zh-hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
    ],
)
@pytest.mark.parametrize("default", ["en", "zh-hans"])
def test_the_message_follows_the_header(
    settings: Any, default: str, header: str, language: str
) -> None:
    settings.LANGUAGE_CODE = default
    answer = _login(**{"accept-language": header})
    assert (answer.status_code, answer.json()["msg"]) == (422, REQUIRED[language])
    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.parametrize(
    "header", ["", "*", "fr", "fr-CH, de;q=0.9", ";;q=x", "zh-\0", "a" * 9000, "zh_CN\n", "../../x"]
)
@pytest.mark.parametrize("default", ["en", "zh-hans"])
def test_who_asks_for_nothing_we_speak_gets_the_default(
    settings: Any, default: str, header: str
) -> None:
    settings.LANGUAGE_CODE = default
    answer = _login(**{"accept-language": header})
    assert (answer.status_code, answer.json()["msg"]) == (422, REQUIRED[default])


def test_success_is_told_in_the_language_asked_for(admin_client: APIClient) -> None:
    def msg(language: str) -> str:
        answer = admin_client.get("/api/v1/sys/users/me", headers={"accept-language": language})
        return str(answer.json()["msg"])

    assert (msg("zh-CN"), msg("en-US")) == ("请求成功", "Request success")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("get", "/api/v1/nowhere", None, 404),
        ("get", "/api/v1/sys/users/999999", None, 404),
        ("get", "/api/v1/sys/users?page=x", None, 422),
        ("get", "/api/v1/sys/users?status=x", None, 422),
        ("put", "/api/v1/sys/users", {}, 405),
        ("post", "/api/v1/sys/users", {"nickname": "x" * 999, "email": "x", "roles": "x"}, 422),
        ("post", "/api/v1/sys/roles", {"name": "", "status": 9}, 422),
        ("post", "/api/v1/sys/depts", {"name": None, "sort": -1, "parent_id": "x"}, 422),
        ("post", "/api/v1/sys/menus", {"sort": 10**40, "type": 9}, 422),
    ],
)
def test_every_refusal_is_in_chinese(
    admin_client: APIClient, method: str, path: str, body: Any, status: int
) -> None:
    call = getattr(admin_client, method)
    answer = call(path, body, format="json", headers={"accept-language": "zh-CN"})
    told = answer.json()
    problems = (told["data"] or {}).get("errors", [])
    assert answer.status_code == status
    assert [
        text for text in [told["msg"], *(p["msg"] for p in problems)] if not HAN.search(text)
    ] == []


def test_an_error_page_is_in_the_readers_language(client: Client) -> None:
    page = client.get("/nowhere", headers={"accept-language": "zh-CN"}).content.decode()
    assert '<html lang="zh-hans">' in page
    assert "未找到。" in page


def test_nobody_translates_a_text_into_itself() -> None:
    for message in _messages():
        if key_of(message)[1] not in LATIN:
            assert all(HAN.search(string) for string in strings_of(message)), key_of(message)


def test_calls_that_name_texts_are_spelt_as_the_collector_knows_them() -> None:
    """Under another name a text would be shown, and never be translated."""
    names = {
        alias.asname
        for top in OURS
        for path in (BASE_DIR / top).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname
    }
    assert "_" in names
    assert names <= KEYWORDS.keys()


def test_the_sign_in_page_has_no_english_left(client: Client) -> None:
    chinese = {"accept-language": "zh-CN"}
    for answer in (
        client.get(reverse("admin:login"), headers=chinese),
        client.post(reverse("admin:login"), {"username": "nobody"}, headers=chinese),
        client.post(reverse("admin:login"), {"username": "no", "password": "x"}, headers=chinese),
    ):
        page = answer.content.decode()
        assert "登录" in page
        # In the switch, the name of a language is in that language.
        assert set(_leftovers(page)) <= {"English"}


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_the_console_have_no_english_left(
    settings: Any, console_with: Console, name: str
) -> None:
    settings.LANGUAGE_CODE = "zh-hans"
    seed_all(demo=False)
    browser = console_with(is_superuser=True, username="陈", nickname="陈")
    page = browser.get(reverse(name), headers={"accept-language": "zh-CN"}).content.decode()
    assert HAN.search(page)
    assert set(_leftovers(page)) <= {"English"}


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_the_console_in_english_have_no_chinese(
    settings: Any, console_with: Console, name: str
) -> None:
    """English needs no catalogue, but must not fall back to a default that is Chinese."""
    settings.LANGUAGE_CODE = "zh-hans"
    browser = console_with(is_superuser=True)
    page = browser.get(reverse(name), headers={"accept-language": "en-US"}).content.decode()
    found = {text for text in Visible(page).texts if HAN.search(text)}
    assert found <= {"简体中文"}
    assert len(_leftovers(page)) > 5  # the search for leftovers knows English when it sees it


@pytest.mark.parametrize(
    ("language", "department", "role", "scope", "button"),
    [
        ("zh-hans", "总公司", "运营人员", "仅本人数据", "重置密码"),
        ("en", "Head office", "Operator", "Own rows only", "Reset a password"),
    ],
)
def test_the_first_rows_are_in_the_default_language(
    settings: Any, language: str, department: str, role: str, scope: str, button: str
) -> None:
    settings.LANGUAGE_CODE = language
    seed_all(demo=True)
    assert Department.objects.get(parent=None).name == department
    assert Role.objects.filter(name=role).exists()
    assert DataScope.objects.filter(name=scope).exists()
    assert Menu.objects.filter(title=button, perms="sys:user:password:reset").exists()


def test_seeding_again_in_another_language_makes_no_twins(settings: Any) -> None:
    def counts() -> tuple[int, ...]:
        return tuple(model.objects.count() for model in (Department, Role, DataScope, Menu))

    settings.LANGUAGE_CODE = "zh-hans"
    seed_all(demo=True)
    before = counts()
    settings.LANGUAGE_CODE = "en"
    seed_all(demo=True)
    assert counts() == before
