"""All modules of a directory, side by side in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from isolde.engine.manifest import FILE_NAME, ManifestError, module_folders
from isolde.engine.module import Module, ModuleError, load_module
from isolde.engine.offer import Offer


class UnknownNameError(LookupError):
    """A module or function that is not there.

    Attributes:
        kind: "module" or "function".
        name: what was asked for.
        known: what there is.
    """

    def __init__(self, kind: str, name: str, known: list[str]):
        self.kind = kind
        self.name = name
        self.known = known
        super().__init__(f"no {kind} '{name}': there is {', '.join(known)}")


class Engine:
    """The modules of one directory, each in a space of its own.

    Args:
        directory: its folders with an isolde.toml are the modules.
        loaded: called with each module once it is loaded.

    Raises:
        ManifestError: there is no module, two have one name, or one cannot be loaded; those
            loaded before are closed again.
    """

    def __init__(self, directory: Path, loaded: Callable[[Module], None] = lambda module: None):
        self._modules: dict[str, Module] = {}
        folders = module_folders(directory)
        if not folders:
            raise ManifestError(f"{directory} holds no module: no folder in it has an {FILE_NAME}")
        with ExitStack() as undo:
            undo.callback(self.close)
            for folder in folders:
                loaded(self._add(load_module(folder)))
            undo.pop_all()

    def _add(self, module: Module) -> Module:
        other = self._modules.get(module.name)
        if other is not None:
            module.close()
            raise ModuleError(
                module.folder, f"{other.folder} has the name '{module.name}' too: rename one"
            )
        self._modules[module.name] = module
        return module

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __len__(self) -> int:
        return len(self._modules)

    def find(self, module: str, function: str) -> tuple[Module, Offer]:
        """A function by its module's name and its own.

        Raises:
            UnknownNameError: either is not there.
        """
        found = self._modules.get(module)
        if found is None:
            raise UnknownNameError("module", module, sorted(self._modules))
        offer = found.offers.get(function)
        if offer is None:
            raise UnknownNameError("function", f"{module}/{function}", sorted(found.offers))
        return found, offer

    def close(self) -> None:
        """Closes every space, the last one loaded first; no call may be running."""
        while self._modules:
            self._modules.popitem()[1].close()
