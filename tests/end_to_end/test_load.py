"""Many requests at once: every answer is its own module's."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.server import Server, serving
from tests.unit.engine.sample import make_module, manifest

NAMES = ["a", "b", "c", "d"]
REQUESTS = 100


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("modules")
    for name in NAMES:
        make_module(directory / name, manifest(name))
    with serving(directory, "--threads", "8") as running:
        yield running


def ask_many(url: str, module: str) -> list[object]:
    """The answers of one client's requests to one module."""
    with httpx.Client(base_url=url, timeout=30) as client:
        answers = []
        for number in range(REQUESTS):
            sent = [[number, number + 1]]
            response = client.post(f"/function/{module}/squares", json=sent)
            answers.append(response.json()["out"]["y"])
    return answers


def test_eight_clients_get_the_answers_to_their_own_requests(server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda name: ask_many(server.url, name), NAMES * 2))
    expected = [[number**2, (number + 1) ** 2] for number in range(REQUESTS)]
    assert answers == [expected] * 8


def test_no_connection_leaves_a_descriptor_behind(server: Server) -> None:
    before = descriptors(server)
    for _ in range(3):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: ask_many(server.url, name), NAMES * 2))
    # The very last connection may still have its descriptor.
    assert descriptors(server) <= before + 1


def descriptors(server: Server) -> int:
    """How many it has, once it has seen that the clients so far are gone: it answers in order."""
    assert server.call("a", "add", [1, 1]).status_code == 200
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
