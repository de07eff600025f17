"""Answers: a status and a JSON body, and how ASGI sends them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import msgspec

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Answer:
    """What a request gets.

    Attributes:
        status: of HTTP.
        body: what the JSON holds.
        headers: further ones, lower case.
    """

    status: int
    body: object
    headers: tuple[tuple[bytes, bytes], ...] = ()

    async def send(self, send: Send) -> None:
        """Sends the whole answer."""
        content = _encode(self.body)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            *self.headers,
        ]
        start = {"type": "http.response.start", "status": self.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": content})


def refusal(status: int, error: str, **facts: object) -> Answer:
    """A 4xx or 5xx: what is wrong in words, and what was expected as data."""
    return Answer(status, {"error": error, **facts})
