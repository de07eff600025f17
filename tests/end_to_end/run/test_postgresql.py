"""PostgreSQL under `isolde run`: a cluster is made, serves queries, loads plugins, and stops."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from isolde.launch import preload_path
from tests.end_to_end.run.running import Done, isolde_run, run

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nonexistent"))
AS_ITS_USER = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
PLUGINS = ("hstore", "pg_trgm", "pgcrypto")


def obstacle() -> str:
    """Why this cannot be tried here, or ""."""
    if not (PROGRAMS / "initdb").exists() or shutil.which("setpriv") is None:
        return "PostgreSQL is not installed"
    if os.geteuid() != 0:
        return "only root becomes the user postgres"
    if not any(user.pw_name == "postgres" for user in pwd.getpwall()):
        return "there is no user postgres"
    if run(*AS_ITS_USER, "test", "-r", preload_path(), folder=Path("/")).status != 0:
        return "the user postgres cannot read libisolde-preload.so"
    return ""


pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(obstacle()), reason=obstacle())]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of the user's own; pytest's are root's alone."""
    with tempfile.TemporaryDirectory(prefix="isolde-postgresql-") as name:
        shutil.chown(name, "postgres")
        yield Path(name)


def do(folder: Path, program: str, *arguments: str) -> Done:
    done = isolde_run(*AS_ITS_USER, PROGRAMS / program, *arguments, folder=folder)
    assert done.status == 0, done.err
    return done


def test_it_serves_queries_and_loads_plugins(folder: Path) -> None:
    data, log = str(folder / "data"), str(folder / "log")
    do(folder, "initdb", "-D", data, "-A", "trust", "--no-sync")
    options = f"-k {folder} -c listen_addresses="
    start = ("pg_ctl", "-w", "-s", "-D", data, "-l", log, "-o", options, "start")
    do(folder, *start)
    try:
        server = (Path(data) / "postmaster.pid").read_text().split()[0]
        assert "libisolde-preload.so" in Path(f"/proc/{server}/maps").read_text()
        asked = [f"create extension {name}" for name in PLUGINS]
        asked += ["load 'auto_explain'", "select hstore('a','1')->'a'"]
        asked += ["select encode(digest('x', 'sha1'), 'hex')"]
        asked += ["set jit_above_cost = 0; select sum(g) from generate_series(1, 1000) g"]
        words = [word for query in asked for word in ("-c", query)]
        answers = do(folder, "psql", "-h", str(folder), "-d", "postgres", "-Atq", *words).out
        assert answers.split() == ["1", "11f6ad8ec52a2984abaafd7c3b516503785c2072", "500500"]
    finally:
        do(folder, "pg_ctl", "-w", "-s", "-D", data, "-m", "fast", "stop")
    assert "was terminated by signal" not in Path(log).read_text()
