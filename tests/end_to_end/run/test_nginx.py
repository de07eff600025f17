"""nginx under `isolde run`: a module by plain dlopen, a page, a reload, an orderly end."""

from __future__ import annotations

import os
import select
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.run.running import isolde_run, run

MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")

pytestmark = pytest.mark.skipif(
    shutil.which("nginx") is None or not MODULE.exists(), reason="nginx-light is not installed"
)

CONFIGURATION = """
load_module {module};
user root root;
pid {folder}/pid;
error_log {folder}/log;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    server {{
        listen unix:{folder}/socket;
        root {folder};
        location /echo {{ echo "{words}"; }}
    }}
}}
"""


class Nginx:
    """An nginx whose files are all in one folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def configure(self, words: str) -> None:
        text = CONFIGURATION.format(module=MODULE, folder=self.folder, words=words)
        (self.folder / "conf").write_text(text)

    def command(self, *options: str) -> None:
        words = ("nginx", "-p", str(self.folder), "-c", str(self.folder / "conf"), *options)
        done = isolde_run(*words, folder=self.folder)
        assert done.status == 0, done.err

    def get(self, path: str) -> str:
        socket = str(self.folder / "socket")
        return run("curl", "-s", "--unix-socket", socket, f"http://x{path}", folder=self.folder).out

    @property
    def process(self) -> int:
        return int((self.folder / "pid").read_text())

    @property
    def worker(self) -> int:
        """The process that serves; there once it has served something."""
        return int(Path(f"/proc/{self.process}/task/{self.process}/children").read_text())


def wait_for_end(process: int) -> None:
    """Of a process that is not a child of ours."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], 60)[0], "it runs on"
    finally:
        os.close(descriptor)


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Nginx]:
    nginx = Nginx(tmp_path)
    nginx.configure("one")
    nginx.command()
    try:
        yield nginx
    finally:
        if (tmp_path / "pid").exists():
            master = nginx.process
            nginx.command("-s", "stop")
            wait_for_end(master)


def test_it_serves_reloads_and_quits(nginx: Nginx) -> None:
    (nginx.folder / "page").write_text("a page\n")
    assert nginx.get("/page") == "a page\n"
    master, worker = nginx.process, nginx.worker
    assert "libisolde-preload.so" in Path(f"/proc/{worker}/maps").read_text()
    assert nginx.get("/echo") == "one\n"
    nginx.configure("two")
    nginx.command("-s", "reload")
    wait_for_end(worker)
    assert nginx.get("/echo") == "two\n"
    nginx.command("-s", "quit")
    wait_for_end(master)
    assert not (nginx.folder / "pid").exists()
    assert "exited on signal" not in (nginx.folder / "log").read_text()
