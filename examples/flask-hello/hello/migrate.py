"""The migration command: python -m hello.migrate"""

import os
import sys

import psycopg

from hello.migrations import MigrationError, apply_migrations, read_migrations
from hello.settings import SettingsError, read_database_url


def migrate() -> None:
    migrations = read_migrations()
    url = read_database_url(os.environ)
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        applied = apply_migrations(connection, migrations)
    for name in applied:
        print(f"applied {name}")
    if not applied:
        print(f"nothing to do: all {len(migrations)} migrations were applied before")


if __name__ == "__main__":
    try:
        migrate()
    except (SettingsError, MigrationError, psycopg.Error) as error:
        sys.exit(f"migrate: {error}")
