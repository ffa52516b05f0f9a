from pathlib import Path

from hello.migrations import read_migrations


def test_migrations_are_taken_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ["0010_last.sql", "0002_second.sql", "0001_first.sql", "README.md"]:
        (tmp_path / name).write_text("select 1;")
    names = [migration.name for migration in read_migrations(tmp_path)]
    assert names == ["0001_first.sql", "0002_second.sql", "0010_last.sql"]


def test_the_app_has_migrations_and_no_number_twice() -> None:
    numbers = [migration.name.split("_")[0] for migration in read_migrations()]
    assert numbers
    assert len(numbers) == len(set(numbers))
