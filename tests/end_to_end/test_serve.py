"""`isolde serve`, the program: starting, answering over HTTP, stopping, refusing to start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.server import Server, serving
from tests.toolchain import compile_library
from tests.unit.cli.command import isolde
from tests.unit.engine.sample import make_module, manifest

_FIFO = """
[functions.wait_at]
prototype = "int wait_at(const char *fifo)"
"""
# The function waits until somebody writes to a named pipe, so that a test says when it returns.
_FIFO_SOURCE = """
#include <fcntl.h>
#include <unistd.h>
int wait_at(const char *fifo)
{
    unsigned char byte = 0;
    int fd = open(fifo, O_RDONLY);
    return read(fd, &byte, 1) == 1 ? byte : -1;
}
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("modules")
    for name in ("first", "second"):
        make_module(directory / name, manifest(name))
    slow = directory / "slow"
    slow.mkdir()
    (slow / "slow.c").write_text(_FIFO_SOURCE)
    compile_library(slow / "libsample.so", [slow / "slow.c"])
    (slow / "isolde.toml").write_text(manifest("slow", _FIFO))
    return directory


@pytest.fixture
def server(modules: Path) -> Iterator[Server]:
    with serving(modules) as running:
        yield running


def test_modules_answer_with_their_own_state(server: Server) -> None:
    answers = [server.call(name, "count", []).json() for name in ("first", "first", "second")]
    assert [answer["result"] for answer in answers] == [1, 2, 1]


def test_modules_lists_what_is_loaded_and_where(server: Server) -> None:
    listed = httpx.get(f"{server.url}/modules").json()["modules"]
    assert [module["name"] for module in listed] == ["first", "second", "slow"]
    bases = {image["base"] for module in listed for image in module["images"]}
    assert len(bases) == 3


def test_a_connection_is_kept_for_further_requests(server: Server) -> None:
    with httpx.Client(base_url=server.url) as client:
        for number in range(3):
            assert (
                client.post("/function/first/add", json=[number, 1]).json()["result"] == number + 1
            )


def test_head_is_get_without_a_body(server: Server) -> None:
    response = httpx.head(f"{server.url}/healthz")
    assert (response.status_code, response.content) == (200, b"")


def test_a_body_that_is_too_large_is_refused(server: Server) -> None:
    response = httpx.post(f"{server.url}/function/first/add", content=bytes(17 << 20))
    assert response.status_code == 413
    assert response.json()["expected"] == "at most 16777216 bytes"


def test_starting_is_logged_for_machines(server: Server) -> None:
    loaded = [event["module"] for event in server.log if event["event"] == "loaded"]
    assert loaded == ["first", "second", "slow"]
    assert server.log[-1]["event"] == "serving"


def test_what_is_no_http_is_refused_and_logged_for_machines(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"hello\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
    assert server.stop() == 0
    assert [each["level"] for each in server.log if "Invalid HTTP" in each["event"]] == ["warning"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order(server: Server, number: signal.Signals) -> None:
    server.process.send_signal(number)
    assert server.wait() == 0
    assert server.log[-1]["event"] == "stopped"


def test_a_request_that_runs_is_finished_before_it_stops(server: Server, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    answers: list[object] = []
    thread = threading.Thread(
        target=lambda: answers.append(server.call("slow", "wait_at", [str(fifo)]).json()["result"])
    )
    thread.start()
    with fifo.open("wb") as pipe:  # opens when the function has opened its end
        server.process.terminate()
        _wait_until_refused(server.url)
        pipe.write(b"\x2a")
    thread.join()
    assert answers == [42]
    assert server.wait() == 0


def test_a_second_interrupt_does_not_wait(server: Server, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    answers: list[httpx.Response] = []

    def call() -> None:
        answers.append(server.call("slow", "wait_at", [str(fifo)]))

    thread = threading.Thread(target=call)
    thread.start()
    with fifo.open("wb"):
        server.process.send_signal(signal.SIGINT)
        _wait_until_refused(server.url)
        server.process.send_signal(signal.SIGINT)
        assert server.wait() == 130
    thread.join()
    (answer,) = answers
    assert answer.status_code == 503
    assert answer.json() == {"error": "the server is stopping and does not wait for this call"}


def _wait_until_refused(url: str) -> None:
    """Until the server no longer listens: it has seen the signal."""
    host, port = url.removeprefix("http://").split(":")
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) != 0:
                return


def test_a_slow_function_does_not_hold_up_others(server: Server, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    thread = threading.Thread(target=server.call, args=("slow", "wait_at", [str(fifo)]))
    thread.start()
    with fifo.open("wb") as pipe:
        assert server.call("first", "add", [1, 2]).json()["result"] == 3
        assert thread.is_alive()
        pipe.write(b"\0")
    thread.join()


def test_it_listens_at_a_unix_socket(modules: Path, tmp_path: Path) -> None:
    path = tmp_path / "isolde.sock"
    with serving(modules, "--uds", str(path)) as server:
        assert server.url == f"unix:{path}"
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport) as client:
            assert client.get("http://isolde/healthz").json()["status"] == "ok"
        assert server.stop() == 0
    assert not path.exists()


# -- refusing to start -----------------------------------------------------------------------------


def test_a_module_that_cannot_load_is_named_with_the_whole_reason(tmp_path: Path) -> None:
    make_module(tmp_path / "good", manifest("good"))
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "isolde.toml").write_text(manifest("bad").replace("libsample.so", "libnowhere.so.1"))
    done = isolde("serve", str(tmp_path), "--port", "0")
    assert done.status == 1
    message = done.err.splitlines()[-1]
    assert message.startswith(
        f"isolde: module in {bad}: there is no {bad}/libnowhere.so.1, and as a soname: "
        "libnowhere.so.1: not found for space 'bad': looked in "
    )


def test_a_directory_without_modules_is_refused(tmp_path: Path) -> None:
    done = isolde("serve", str(tmp_path), "--port", "0")
    assert done.status == 1
    assert done.err.splitlines()[-1] == (
        f"isolde: {tmp_path} holds no module: no folder in it has an isolde.toml"
    )


def test_a_port_that_is_taken_is_told(modules: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = isolde("serve", str(modules), "--port", str(port))
    assert done.status == 1
    assert done.err == (
        f"isolde: cannot listen at 127.0.0.1:{port}: Address already in use; "
        "choose another with --port, or --port 0 for any free one\n"
    )


def test_a_unix_socket_that_another_server_uses_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "live.sock"
    with socket.socket(socket.AF_UNIX) as live:
        live.bind(str(path))
        live.listen()
        done = isolde("serve", str(tmp_path), "--uds", str(path))
    assert (done.status, done.err) == (
        1,
        f"isolde: cannot listen at {path}: Address already in use\n",
    )
    assert path.exists()


def test_a_unix_socket_with_too_long_a_path_is_told(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 120)
    done = isolde("serve", str(tmp_path), "--uds", str(path))
    assert (done.status, done.err) == (
        1,
        f"isolde: cannot listen at {path}: AF_UNIX path too long\n",
    )


def test_a_host_that_is_not_known_is_told(tmp_path: Path) -> None:
    done = isolde("serve", str(tmp_path), "--host", "256.0.0.1")
    assert done.status == 1
    assert done.err.startswith("isolde: cannot listen at 256.0.0.1: ")


def test_a_crash_is_reported_on_standard_error(tmp_path: Path) -> None:
    source = tmp_path / "crash.c"
    source.write_text("int crash(void) { return *(volatile int *)0; }")
    compile_library(tmp_path / "libsample.so", [source])
    function = '[functions.crash]\nprototype = "int crash(void)"\n'
    (tmp_path / "isolde.toml").write_text(manifest("doomed", function))
    with serving(tmp_path) as server:
        with pytest.raises(httpx.RemoteProtocolError):
            server.call("doomed", "crash", [])
        assert server.wait() == -signal.SIGSEGV
    report = server.log[-1]
    assert (report["event"], report["level"]) == ("crashed", "critical")
    assert report["timestamp"].endswith("Z")
    assert report["signal"] == signal.SIGSEGV
    assert (report["at"]["symbol"], report["at"]["space"]) == ("crash", "doomed")


def test_without_a_terminal_nothing_is_written_to_standard_output(modules: Path) -> None:
    command = [sys.executable, "-m", "isolde.cli", "serve", str(modules), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        while b'"serving"' not in process.stderr.readline():
            assert process.poll() is None
        process.terminate()
        out, _ = process.communicate()
    assert (process.returncode, out) == (0, b"")
