"""A slow function holds up nobody else."""

from __future__ import annotations

import asyncio
import os

from isolde.gateway import Application
from tests.unit.gateway.exchange import exchange


def test_other_requests_are_answered_while_a_function_runs(application: Application) -> None:
    read_end, write_end = os.pipe()

    async def both() -> list[object]:
        slow = asyncio.create_task(
            exchange(application, "POST", "/function/sample/wait_for", [str([read_end]).encode()])
        )
        answers: list[object] = []
        for method, path, body in (
            ("GET", "/healthz", b""),
            ("POST", "/function/sample/add", b"[1, 2]"),
        ):
            response = await exchange(application, method, path, [body])
            assert response is not None
            answers.append((response.status, slow.done()))
        os.write(write_end, b"\x05")
        response = await slow
        assert response is not None
        return [*answers, response.body["result"]]

    assert asyncio.run(both()) == [(200, False), (200, False), 5]
    os.close(read_end)
    os.close(write_end)


def test_closing_waits_for_calls_that_run(application: Application) -> None:
    read_end, write_end = os.pipe()

    async def close_meanwhile() -> object:
        slow = asyncio.create_task(
            exchange(application, "POST", "/function/sample/wait_for", [str([read_end]).encode()])
        )
        await exchange(application, "GET", "/healthz")
        closing = asyncio.create_task(asyncio.to_thread(application.close))
        os.write(write_end, b"\x06")
        await closing
        response = await slow
        assert response is not None
        return response.body["result"]

    assert asyncio.run(close_meanwhile()) == 6
    os.close(read_end)
    os.close(write_end)
