from conftest import AppMaker, EntriesInMemory
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

BEHIND_NGINX = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "shop.example",
    "X-Forwarded-Prefix": "/flask/",
}


def sign(client: FlaskClient, name: str = "Ada", message: str = "Hello", **more) -> TestResponse:
    return client.post("/entries", data={"name": name, "message": message}, **more)


def test_the_page_shows_version_and_commit(client: FlaskClient) -> None:
    assert "Version 1.2.3, commit <code>4f5e6d7</code>" in client.get("/").text


def test_an_entry_is_counted_and_shown_and_its_html_is_not_obeyed(client: FlaskClient) -> None:
    assert sign(client, message="<b>Hello</b>").status_code == 303
    page = client.get("/").text
    assert "1 entry so far" in page
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page
    assert "<b>Hello" not in page


def test_what_cannot_be_kept_is_refused_with_the_reason(
    client: FlaskClient, entries: EntriesInMemory
) -> None:
    for name, message, reason in [
        ("  ", "Hello", "Give a name"),
        ("A" * 61, "Hello", "at most 60 characters"),
        ("Ada", "", "Write a message"),
        ("Ada", "H" * 501, "at most 500 characters"),
        ("Ada", "Hel\0lo", "NUL"),
    ]:
        answer = sign(client, name, message)
        assert answer.status_code == 422
        assert reason in answer.text
    assert entries.written == []


def test_below_a_prefix_links_and_redirects_and_the_cookie_have_it(client: FlaskClient) -> None:
    page = client.get("/", headers=BEHIND_NGINX).text
    assert 'action="/flask/entries"' in page
    assert 'href="/flask/static/style.css"' in page
    signed = sign(client, headers=BEHIND_NGINX)
    assert signed.location == "/flask/"
    cookie = signed.headers["Set-Cookie"]
    assert "Path=/flask/;" in cookie
    assert "Secure;" in cookie


def test_without_a_prefix_links_begin_at_the_root(client: FlaskClient) -> None:
    for headers in [{}, {"X-Forwarded-Prefix": "/"}]:
        assert 'action="/entries"' in client.get("/", headers=headers).text
        signed = sign(client, headers=headers)
        assert signed.location == "/"
        assert "Path=/;" in signed.headers["Set-Cookie"]


def test_a_visitor_is_known_after_the_secret_was_rotated(make_app: AppMaker) -> None:
    cookie = sign(make_app("old secret").test_client()).headers["Set-Cookie"].split(";")[0]
    greeting = "Good to see you again, Ada."

    def page_of(app) -> str:
        return app.test_client(use_cookies=False).get("/", headers={"Cookie": cookie}).text

    assert greeting in page_of(make_app("new secret", "old secret"))
    assert greeting not in page_of(make_app("new secret"))
