"""The engine over HTTP: a plain ASGI application, and the server that runs it."""

from isolde.gateway.application import Application
from isolde.gateway.server import AddressError, Listener, listen, serve

__all__ = ["AddressError", "Application", "Listener", "listen", "serve"]
