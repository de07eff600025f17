"""The ASGI application: three routes over an engine.

    POST /function/NAME/FUNC   calls a function; {"result": ..., "out": {...}}
    GET  /modules              what is loaded: functions, and images with their addresses
    GET  /healthz              that requests are answered

A request that cannot be served gets a JSON body that says what was expected.  Functions run in a
pool of threads: a slow one holds up nobody, as long as the pool has a thread left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from isolde.engine import Engine, Module, Offer, UnknownNameError
from isolde.gateway.answer import Answer, Message, Receive, Send, refusal
from isolde.gateway.body import GoneError, decode_body, read_body
from isolde.prototype import ArgumentError

LARGEST_BODY = 16 << 20
ROUTES = ["POST /function/NAME/FUNC", "GET /modules", "GET /healthz"]

Handler = Callable[[Receive], Awaitable[Answer]]
_log = structlog.get_logger("isolde")


class Application:
    """Serves an engine's modules.

    Args:
        engine: what to serve; closed when the server stops.
        threads: how many functions may run at once; None for what Python finds fitting.
        largest_body: in bytes.
    """

    def __init__(
        self, engine: Engine, *, threads: int | None = None, largest_body: int = LARGEST_BODY
    ):
        self._engine = engine
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="isolde-call")
        self._largest_body = largest_body

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] != "http":
            raise ValueError(f"{scope['type']} connections are not served")
        await self._answer(scope, receive, send)

    def close(self) -> None:
        """Waits for the calls that still run, then closes every space."""
        self._pool.shutdown(wait=True)
        self._engine.close()

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        method: str = scope["method"]
        try:
            answer = await self._route(method, scope["path"].split("/")[1:], receive)
        except GoneError:
            return
        except asyncio.CancelledError:  # the loop ends; there is time for a last word
            answer = refusal(503, "the server is stopping and does not wait for this call")
        except Exception:
            _log.exception("request failed", method=method, path=scope["path"])
            answer = refusal(500, "the request could not be served: see the server's log")
        await answer.send(send)

    async def _route(self, method: str, path: list[str], receive: Receive) -> Answer:
        match path:
            case ["function", name, function]:
                if method != "POST":
                    return _wrong_method(method, "POST")
                return await self._invoke(name, function, receive)
            case ["modules"] | ["healthz"]:
                if method not in ("GET", "HEAD"):
                    return _wrong_method(method, "GET")
                return self._modules() if path == ["modules"] else self._health()
        return refusal(404, f"nothing is at '/{'/'.join(path)}'", paths=ROUTES)

    def _health(self) -> Answer:
        return Answer(200, {"status": "ok", "modules": len(self._engine)})

    def _modules(self) -> Answer:
        return Answer(200, {"modules": [_facts_of(module) for module in self._engine]})

    # -- calling ---------------------------------------------------------------------------------

    async def _invoke(self, name: str, function: str, receive: Receive) -> Answer:
        try:
            module, offer = self._engine.find(name, function)
        except UnknownNameError as error:
            return refusal(404, str(error), **{f"{error.kind}s": error.known})
        body = await read_body(receive, self._largest_body)
        request = body if isinstance(body, Answer) else decode_body(body)
        if isinstance(request, Answer):
            return request
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, _call, module, offer, request)


def _call(module: Module, offer: Offer, request: Any) -> Answer:
    """In a thread of the pool."""
    try:
        outcome = module.call(offer, request)
    except ArgumentError as error:
        return refusal(
            422,
            str(error),
            parameter=error.parameter,
            expected=error.expected,
            got=error.got,
            parameters=offer.expected,
        )
    return Answer(200, {"result": outcome.result, "out": outcome.out})


def _wrong_method(method: str, allowed: str) -> Answer:
    allow = ((b"allow", allowed.encode()),)
    return Answer(405, {"error": f"expected {allowed} here, got {method}"}, allow)


def _facts_of(module: Module) -> dict[str, object]:
    images = [
        {"soname": image.soname, "path": image.path, "base": hex(image.base)}
        for image in module.space.images
        if not image.shared
    ]
    functions = {name: offer.prototype.text for name, offer in module.offers.items()}
    return {
        "name": module.name,
        "space": module.space.id,
        "folder": str(module.folder),
        "functions": functions,
        "images": images,
    }
