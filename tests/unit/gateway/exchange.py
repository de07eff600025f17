"""One request to an ASGI application, without a server in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from isolde.gateway import Application


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: Any


async def exchange(
    application: Application, method: str, path: str, pieces: Iterable[bytes] = (b"",)
) -> Response | None:
    """The response to a request whose body arrives in PIECES; None if there was none.

    After the pieces the client is gone.
    """
    left = list(pieces)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        if not left:
            return {"type": "http.disconnect"}
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    async def send(message: Any) -> None:
        sent.append(message)

    await application({"type": "http", "method": method, "path": path}, receive, send)
    if not sent:
        return None
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Response(sent[0]["status"], headers, json.loads(sent[1]["body"]))


def request(
    application: Application, method: str, path: str, body: bytes | object = b""
) -> Response:
    """The response to one request; a body that is no bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = asyncio.run(exchange(application, method, path, [content]))
    assert response is not None
    return response
