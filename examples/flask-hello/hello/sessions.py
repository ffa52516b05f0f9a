"""Sessions in a signed cookie that fits wherever the app is mounted."""

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface


class MountedSessions(SecureCookieSessionInterface):
    """The cookie is sent over TLS only where there is TLS, and only below the app's own prefix."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def get_cookie_path(self, app: Flask) -> str:
        return f"{request.root_path.rstrip('/')}/"
