"""The app without a server and without a database: wsgi.py gives it both."""

from collections.abc import Callable
from typing import Protocol

from flask import Flask, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.middleware.proxy_fix import ProxyFix

from hello.guestbook import Entry
from hello.sessions import MountedSessions
from hello.settings import Settings

ENTRIES_SHOWN = 50
NAME_LENGTH = 60
MESSAGE_LENGTH = 500


class Entries(Protocol):
    def add(self, name: str, message: str) -> None: ...

    def count(self) -> int: ...

    def latest(self, limit: int) -> list[Entry]: ...


# Why the app cannot serve now, in words fit for anybody; None when it can.
ReadinessCheck = Callable[[], str | None]


def create_app(settings: Settings, entries: Entries, check_readiness: ReadinessCheck) -> Flask:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.app_secret,
        # Cookies that the secret before signed stay valid: a rotation signs nobody out.
        SECRET_KEY_FALLBACKS=[settings.previous_app_secret] if settings.previous_app_secret else [],
        # Another site's form is posted without the cookie.
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=64 * 1024,
    )
    app.session_interface = MountedSessions()
    # One proxy is in front, Nginx, and nobody else reaches the app. It takes the path's prefix away
    # and says so in X-Forwarded-Prefix: url_for puts it back.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)

    _add_guestbook(app, settings, entries)
    _add_operations(app, settings, check_readiness)
    return app


def _add_guestbook(app: Flask, settings: Settings, entries: Entries) -> None:
    def page(problem: str | None = None) -> str:
        return render_template(
            "index.html",
            release=settings.release,
            count=entries.count(),
            entries=entries.latest(ENTRIES_SHOWN),
            name_length=NAME_LENGTH,
            message_length=MESSAGE_LENGTH,
            problem=problem,
        )

    @app.get("/")
    def show() -> ResponseReturnValue:
        return page()

    @app.post("/entries")
    def write() -> ResponseReturnValue:
        name = request.form.get("name", "").strip()
        message = request.form.get("message", "").strip()
        problem = _problem_with(name, message)
        if problem is not None:
            return page(problem), 422
        entries.add(name, message)
        session["name"] = name
        # 303: a reload of the page that follows does not write the entry again.
        return redirect(url_for("show"), code=303)


def _problem_with(name: str, message: str) -> str | None:
    if not name or len(name) > NAME_LENGTH:
        return f"Give a name of at most {NAME_LENGTH} characters."
    if not message or len(message) > MESSAGE_LENGTH:
        return f"Write a message of at most {MESSAGE_LENGTH} characters."
    if "\0" in name + message:
        return "Leave out the character NUL, which a database cannot keep."
    return None


def _add_operations(app: Flask, settings: Settings, check_readiness: ReadinessCheck) -> None:
    """What whoever runs the app asks it."""

    @app.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> ResponseReturnValue:
        reason = check_readiness()
        if reason is None:
            return jsonify(status="ok")
        app.logger.warning("not ready: %s", reason)
        return jsonify(status="unavailable", reason=reason), 503

    @app.get("/version")
    def version() -> ResponseReturnValue:
        return jsonify(settings.release)
