from pathlib import Path

import pytest

from hello.settings import SettingsError, read_settings

SECRETS = {"DATABASE_URL": "postgresql://a:b@c/d", "APP_SECRET": "key"}


def test_secrets_are_read_from_files_without_the_last_line_break(tmp_path: Path) -> None:
    environment = {}
    for name, value in {**SECRETS, "PREVIOUS_APP_SECRET": "old"}.items():
        file = tmp_path / name
        file.write_text(f"{value}\n")
        environment[f"{name}_FILE"] = str(file)
    settings = read_settings(environment)
    assert settings.database_url == SECRETS["DATABASE_URL"]
    assert settings.app_secret == "key"
    assert settings.previous_app_secret == "old"


def test_secrets_can_be_given_as_they_are_and_an_empty_one_is_none() -> None:
    settings = read_settings({**SECRETS, "PREVIOUS_APP_SECRET": "", "APP_VERSION": "1.2.3"})
    assert settings.app_secret == "key"
    assert settings.previous_app_secret is None
    assert settings.release.version == "1.2.3"
    assert settings.release.image == "unknown"


def test_a_missing_secret_is_refused_with_what_to_set() -> None:
    with pytest.raises(SettingsError, match="^APP_SECRET is missing: set APP_SECRET, or APP_SEC"):
        read_settings({"DATABASE_URL": SECRETS["DATABASE_URL"]})


def test_a_secret_that_is_given_twice_is_refused() -> None:
    with pytest.raises(SettingsError, match="both set: keep one"):
        read_settings({**SECRETS, "APP_SECRET_FILE": "/run/secrets/APP_SECRET"})


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="/nowhere, which cannot be read: No such file"):
        read_settings({**SECRETS, "APP_SECRET": "", "APP_SECRET_FILE": "/nowhere"})
