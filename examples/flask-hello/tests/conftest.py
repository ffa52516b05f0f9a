from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hello.app import create_app
from hello.guestbook import Entry
from hello.settings import Release, Settings


class EntriesInMemory:
    """What the app needs of a guestbook, without Postgres."""

    def __init__(self) -> None:
        self.written: list[Entry] = []

    def add(self, name: str, message: str) -> None:
        self.written.append(Entry(name, message, datetime(2026, 1, 2, 3, 4, tzinfo=UTC)))

    def count(self) -> int:
        return len(self.written)

    def latest(self, limit: int) -> list[Entry]:
        return self.written[::-1][:limit]


AppMaker = Callable[..., Flask]


@pytest.fixture
def entries() -> EntriesInMemory:
    return EntriesInMemory()


@pytest.fixture
def make_app(entries: EntriesInMemory) -> AppMaker:
    def make(
        secret: str = "one secret",
        previous_secret: str | None = None,
        not_ready_because: str | None = None,
    ) -> Flask:
        settings = Settings(
            database_url="postgresql://unused",
            app_secret=secret,
            previous_app_secret=previous_secret,
            release=Release("1.2.3", "4f5e6d7", "registry.example/hello@sha256:abc"),
        )
        return create_app(settings, entries, lambda: not_ready_because)

    return make


@pytest.fixture
def client(make_app: AppMaker) -> FlaskClient:
    return make_app().test_client()
