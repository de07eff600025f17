from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_void_p

import isolde
from tests.end_to_end.real_libraries.system import needs

pytestmark = needs("libsqlite3.so.0")
ROW = ctypes.CFUNCTYPE(c_int, c_void_p, c_int, POINTER(c_char_p), POINTER(c_char_p))


class Database:
    """One in-memory database of one space's libsqlite3."""

    def __init__(self, space: isolde.Space) -> None:
        self.library = space.load("libsqlite3.so.0")
        self.handle = c_void_p()
        assert self.library.sqlite3_open(b":memory:", ctypes.byref(self.handle)) == 0

    def rows(self, sql: str) -> list[tuple[bytes | None, ...]]:
        """Run SQL; the library calls back into Python for every row."""
        found: list[tuple[bytes | None, ...]] = []

        def keep(_: object, count: int, values: object, __: object) -> int:
            found.append(tuple(values[:count]))  # type: ignore[index]
            return 0

        message = c_char_p()
        status = self.library.sqlite3_exec(
            self.handle, sql.encode(), ROW(keep), None, ctypes.byref(message)
        )
        assert status == 0, message.value
        return found

    def close(self) -> None:
        assert self.library.sqlite3_close(self.handle) == 0


def test_twenty_databases_hold_their_own_rows(twenty_spaces: list[isolde.Space]) -> None:
    databases = [Database(space) for space in twenty_spaces]
    for number, database in enumerate(databases):
        database.rows("create table t (n integer)")
        database.rows(f"insert into t values ({number}), ({number + 1}), (40)")
    for number, database in enumerate(databases):
        total = database.rows("select sum(n), count(*), upper('x') || printf('%05d', 7) from t")
        assert total == [(str(2 * number + 41).encode(), b"3", b"X00007")]
        database.close()


def test_full_text_and_json_and_sorting(twenty_spaces: list[isolde.Space]) -> None:
    for space in twenty_spaces:
        database = Database(space)
        database.rows(
            "with recursive c(x) as (select 1 union all select x + 1 from c where x < 2000) "
            "select 1 from (select count(*) n from c) where n <> 2000"
        )
        assert database.rows("select json_extract('{\"a\": [1, 2]}', '$.a[1]')") == [(b"2",)]
        database.close()
