"""What `isolde serve` does, behind its options."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import structlog

from isolde.cli._crash_log import log_crashes
from isolde.engine import Engine, Module
from isolde.gateway import Application, Listener, listen, serve

_INTERRUPTED = 130
_log = structlog.get_logger("isolde")


def run(directory: Path, host: str, port: int, uds: Path | None, threads: int | None) -> None:
    """Serves until a signal says to stop."""
    _configure_log()
    log_crashes(lambda report: _log.critical("crashed", **report))
    listener = listen(host, port, uds)
    try:
        _serve(Engine(directory, _loaded), listener, threads)
    finally:
        listener.socket.close()
        if uds is not None:
            uds.unlink(missing_ok=True)


def _serve(engine: Engine, listener: Listener, threads: int | None) -> None:
    application = Application(engine, threads=threads)
    orderly = serve(
        application,
        listener,
        ready=lambda: _log.info("serving", modules=len(engine), url=listener.url),
    )
    _log.info("stopped", orderly=orderly)
    if not orderly:
        os._exit(_INTERRUPTED)  # threads inside native code cannot be ended in any other way


def _loaded(module: Module) -> None:
    mapped = [image for image in module.space.images if not image.shared]
    _log.info("loaded", module=module.name, functions=len(module.offers), images=len(mapped))


def _configure_log() -> None:
    """Lines for people in a terminal, one JSON object a line everywhere else."""
    terminal = sys.stderr.isatty()
    last = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_Forwarder()], level=logging.WARNING)


class _Forwarder(logging.Handler):
    """What uvicorn and others log goes where ours does."""

    def emit(self, record: logging.LogRecord) -> None:
        _log.log(record.levelno, record.getMessage(), exc_info=record.exc_info)
