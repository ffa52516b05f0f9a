"""What the environment tells the app: read once, at start."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsError(Exception):
    """Says what is wrong with the environment and never shows a value of it."""


@dataclass(frozen=True)
class Release:
    version: str
    commit: str
    image: str


@dataclass(frozen=True)
class Settings:
    database_url: str
    app_secret: str
    previous_app_secret: str | None
    release: Release


def read_settings(environment: Mapping[str, str]) -> Settings:
    return Settings(
        database_url=read_database_url(environment),
        app_secret=_required_secret(environment, "APP_SECRET"),
        previous_app_secret=_secret(environment, "PREVIOUS_APP_SECRET"),
        release=Release(
            version=environment.get("APP_VERSION") or "unknown",
            commit=environment.get("APP_COMMIT") or "unknown",
            image=environment.get("APP_IMAGE") or "unknown",
        ),
    )


def read_database_url(environment: Mapping[str, str]) -> str:
    """All that the migration needs to know."""
    return _required_secret(environment, "DATABASE_URL")


def _required_secret(environment: Mapping[str, str], name: str) -> str:
    secret = _secret(environment, name)
    if secret is None:
        raise SettingsError(
            f"{name} is missing: set {name}, or {name}_FILE to the path of a file with it."
        )
    return secret


def _secret(environment: Mapping[str, str], name: str) -> str | None:
    """NAME itself, or the content of the file that NAME_FILE names. Empty counts as absent."""
    value = environment.get(name) or None
    path = environment.get(f"{name}_FILE") or None
    if path is None:
        return value
    if value is not None:
        raise SettingsError(f"{name} and {name}_FILE are both set: keep one of them.")
    try:
        # Editors end a file with a line break, which is not part of the secret.
        return Path(path).read_text(encoding="utf-8").removesuffix("\n") or None
    except OSError as error:
        raise SettingsError(
            f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
        ) from error
