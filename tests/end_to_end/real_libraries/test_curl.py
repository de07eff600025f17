from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from ctypes import c_char_p, c_long, c_size_t, c_void_p
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import isolde
from tests.end_to_end.real_libraries.system import needs

pytestmark = pytest.mark.skipif(
    not [*Path("/usr/lib").glob("*/libcurl.so.4")], reason="the system has no libcurl"
)

pytestmark = needs("libcurl.so.4")
CURLOPT_WRITEFUNCTION = 20011
CURLOPT_URL = 10002
CURLINFO_RESPONSE_CODE = 0x200002
WRITE = ctypes.CFUNCTYPE(c_size_t, c_void_p, c_size_t, c_size_t, c_void_p)


class Greeter(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"hello {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the test's output is not the place."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Greeter) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


def fetched(curl: isolde.Library, url: str) -> tuple[bytes, int]:
    """What a transfer writes, and its response code; curl's functions are variadic."""
    received: list[bytes] = []

    def keep(data: int, size: int, count: int, _: object) -> int:
        received.append(ctypes.string_at(data, size * count))
        return size * count

    write, code = WRITE(keep), c_long()
    curl.curl_easy_init.restype = c_void_p
    easy = c_void_p(curl.curl_easy_init())
    curl.curl_easy_setopt(easy, CURLOPT_URL, c_char_p(url.encode()))
    curl.curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write)
    assert curl.curl_easy_perform(easy) == 0
    curl.curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, ctypes.byref(code))
    curl.curl_easy_cleanup(easy)
    return b"".join(received), code.value


def test_twenty_copies_fetch_over_http(twenty_spaces: list[isolde.Space], server: str) -> None:
    for number, space in enumerate(twenty_spaces):
        curl = space.load("libcurl.so.4")
        assert fetched(curl, f"{server}/{number}") == (f"hello /{number}".encode(), 200)


def test_a_file_is_fetched(twenty_spaces: list[isolde.Space], tmp_path: Path) -> None:
    (tmp_path / "greeting").write_bytes(b"from a file")
    curl = twenty_spaces[0].load("libcurl.so.4")
    assert fetched(curl, f"file://{tmp_path}/greeting") == (b"from a file", 0)
