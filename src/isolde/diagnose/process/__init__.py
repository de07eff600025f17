"""What a live process has loaded, in every link map, read from outside without stopping it."""

from isolde.diagnose.process.errors import ProcessError
from isolde.diagnose.process.facts import (
    Identity,
    LoadedObject,
    LoadedProcess,
    Namespace,
    OnDisk,
)
from isolde.diagnose.process.reading import read_process

__all__ = [
    "Identity",
    "LoadedObject",
    "LoadedProcess",
    "Namespace",
    "OnDisk",
    "ProcessError",
    "read_process",
]
