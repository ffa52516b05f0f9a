"""Who was here: the app's one table, and the only SQL outside the migrations."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row
from psycopg_pool import ConnectionPool


@dataclass(frozen=True)
class Entry:
    name: str
    message: str
    written_at: datetime


class Guestbook:
    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def add(self, name: str, message: str) -> None:
        with self._pool.connection() as connection:
            connection.execute(
                "insert into entries (name, message) values (%s, %s)", (name, message)
            )

    def count(self) -> int:
        with self._pool.connection() as connection:
            (count,) = connection.execute("select count(*) from entries").fetchone()
            return count

    def latest(self, limit: int) -> list[Entry]:
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Entry)) as cursor,
        ):
            return cursor.execute(
                "select name, message, written_at from entries order by id desc limit %s",
                (limit,),
            ).fetchall()
