"""How the app reaches Postgres."""

from psycopg_pool import ConnectionPool


def open_pool(database_url: str, size: int) -> ConnectionPool:
    """Connects in the background, and again after Postgres was away: the app starts without it."""
    return ConnectionPool(
        database_url,
        kwargs={
            "application_name": "flask-hello",
            "connect_timeout": 5,
            "options": "-c statement_timeout=15s",
        },
        min_size=1,
        max_size=size,
        # A request waits no longer than this for a connection.
        timeout=5,
        # After an outage the next attempt would otherwise come up to five minutes late.
        reconnect_timeout=5,
        # One that died while it was idle is replaced before a request gets it.
        check=ConnectionPool.check_connection,
        open=True,
    )
