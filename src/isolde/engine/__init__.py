"""The module engine: folders with an `isolde.toml`, each loaded into a space of its own.

Nothing here knows of HTTP or of the shell; `isolde.gateway` and `isolde.cli` stand on it.
"""

from isolde.engine.engine import Engine, UnknownNameError
from isolde.engine.manifest import FunctionManifest, Manifest, ManifestError, read_manifest
from isolde.engine.module import Module, ModuleError, load_module
from isolde.engine.offer import Offer

__all__ = [
    "Engine",
    "FunctionManifest",
    "Manifest",
    "ManifestError",
    "Module",
    "ModuleError",
    "Offer",
    "UnknownNameError",
    "load_module",
    "read_manifest",
]
