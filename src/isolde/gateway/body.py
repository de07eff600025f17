"""A request's body, read up to a limit and decoded."""

from __future__ import annotations

import msgspec

from isolde.gateway.answer import Answer, Receive, refusal

_decode = msgspec.json.Decoder().decode


class GoneError(Exception):
    """The client left before its request was complete."""


async def read_body(receive: Receive, limit: int) -> bytes | Answer:
    """The body, or the refusal of one longer than LIMIT bytes.

    Raises:
        GoneError: the client left.
    """
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limit:
            expected = f"at most {limit} bytes"
            return refusal(413, f"the body is too large: expected {expected}", expected=expected)
        if not message.get("more_body", False):
            return b"".join(pieces)


def decode_body(body: bytes) -> object | Answer:
    """The JSON value in BODY; nothing at all stands for no arguments."""
    if not body.strip():
        return []
    try:
        value: object = _decode(body)
        return value
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return refusal(
            400,
            f"the body is not JSON: {error}",
            expected="a JSON object by parameter name, or an array by position",
        )
