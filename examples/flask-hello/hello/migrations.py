"""Plain SQL files, applied in the order of their names, each once."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import Connection

FOLDER = Path(__file__).parent.parent / "migrations"

# Any number does that other users of the same database do not take as well.
ADVISORY_LOCK = 5_201_314


@dataclass(frozen=True)
class Migration:
    name: str
    sql: str


class MigrationError(Exception):
    """One file that Postgres refused."""


def read_migrations(folder: Path = FOLDER) -> list[Migration]:
    return [
        Migration(file.name, file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("*.sql"))
    ]


def apply_migrations(connection: Connection, migrations: list[Migration]) -> list[str]:
    """All that are missing or, when one fails, none. Returns the names of those applied now."""
    with connection.transaction():
        # A second run at the same time waits here, and then finds nothing to do.
        connection.execute("select pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))
        connection.execute(
            "create table if not exists schema_migrations ("
            "name text primary key, applied_at timestamptz not null default now())"
        )
        # Whoever waits for a table's lock makes every later query on that table wait behind it:
        # better give up, while the version before goes on serving.
        connection.execute("set local lock_timeout = '10s'")
        missing = missing_migrations(connection, migrations)
        for migration in missing:
            _apply(connection, migration)
        return [migration.name for migration in missing]


def missing_migrations(connection: Connection, migrations: list[Migration]) -> list[Migration]:
    """The database may have more than these: after a rollback its schema is newer than the app."""
    applied = {name for (name,) in connection.execute("select name from schema_migrations")}
    return [migration for migration in migrations if migration.name not in applied]


def _apply(connection: Connection, migration: Migration) -> None:
    try:
        connection.execute(migration.sql)
    except psycopg.Error as error:
        raise MigrationError(
            f"{migration.name} failed: {str(error).strip()}\n"
            "Nothing was applied. Correct the file and run again."
        ) from error
    connection.execute("insert into schema_migrations (name) values (%s)", (migration.name,))
