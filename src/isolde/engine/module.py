"""A module that has been loaded: its space and what it offers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from isolde import ClosedError, LoadError, Space, _core
from isolde.engine.address import NotAFunctionError, function_address
from isolde.engine.manifest import FILE_NAME, Manifest, ManifestError, read_manifest
from isolde.engine.offer import Offer
from isolde.library import Library
from isolde.prototype import Outcome, PrototypeError, read_prototype


class ModuleError(ManifestError):
    """A module that cannot be loaded.

    Attributes:
        folder: where the module is.
        cause: the LoadError, or None when its manifest is at fault.
    """

    def __init__(self, folder: Path, reason: str, cause: LoadError | None = None):
        self.folder = folder
        self.cause = cause
        super().__init__(f"module in {folder}: {reason}")


@dataclass(frozen=True)
class Module:
    """A loaded module.

    Attributes:
        manifest: what it says about itself.
        folder: where it is.
        space: where its libraries are; no other module is in it.
        offers: its functions by name.
    """

    manifest: Manifest
    folder: Path
    space: Space
    offers: dict[str, Offer]

    @property
    def name(self) -> str:
        """What requests call it."""
        return self.manifest.name

    def call(self, offer: Offer, request: object) -> Outcome:
        """Calls one of its functions; see `Offer.call`."""
        pointer = self.space._live_pointer()
        if not _core.call_enter(pointer):
            raise ClosedError(f"module '{self.name}' has been closed")
        try:
            return offer.call(request)
        finally:
            _core.call_leave(pointer)

    def close(self) -> None:
        """Runs its destructors and unmaps it."""
        self.space.close()


def load_module(folder: Path) -> Module:
    """Loads the module in FOLDER into a space of its own.

    Raises:
        ManifestError: its isolde.toml cannot be read.
        ModuleError: its library cannot be loaded, or lacks what the manifest promises.
    """
    manifest = read_manifest(folder)
    space = Space(manifest.name, search_path=[folder / each for each in manifest.search_path])
    try:
        library = space.load(_library_file(folder, manifest.library))
        offers = {name: _offer(folder, manifest, library, name) for name in manifest.functions}
    except LoadError as error:
        space.close()
        raise ModuleError(folder, _why_not(folder, manifest.library, error), error) from None
    except BaseException:
        space.close()
        raise
    return Module(manifest, folder, space, offers)


def _library_file(folder: Path, library: str) -> str:
    """A file of the module where there is one; otherwise a soname for the search."""
    inside = folder / library
    return str(inside.resolve()) if "/" in library or inside.is_file() else library


def _why_not(folder: Path, library: str, error: LoadError) -> str:
    """Where a file of the module was meant, the search for a soname is only half of the story."""
    if error.file != library or "/" in library:
        return str(error)
    return f"there is no {folder / library}, and as a soname: {error}"


def _offer(folder: Path, manifest: Manifest, library: Library, name: str) -> Offer:
    wanted = manifest.functions[name]
    try:
        prototype = read_prototype(wanted.prototype, name, types=manifest.types)
        return Offer(prototype, function_address(library, name), wanted)
    except (PrototypeError, NotAFunctionError) as error:
        raise ModuleError(folder, f"[functions.{name}] in {FILE_NAME}: {error}") from None
    except AttributeError:
        raise ModuleError(
            folder,
            f"{library.path} has no function '{name}', "
            f"which [functions.{name}] in {FILE_NAME} promises",
        ) from None
