"""Ready means: the database answers, and has every migration of this image."""

import psycopg
from psycopg_pool import ConnectionPool

from hello.app import ReadinessCheck
from hello.migrations import Migration, missing_migrations


def database_readiness(pool: ConnectionPool, migrations: list[Migration]) -> ReadinessCheck:
    def check() -> str | None:
        try:
            with pool.connection(timeout=3) as connection:
                missing = missing_migrations(connection, migrations)
        except psycopg.errors.UndefinedTable:
            missing = migrations
        except psycopg.Error:
            return "the database cannot be used"
        names = ", ".join(migration.name for migration in missing)
        return f"pending migrations: {names}" if names else None

    return check
