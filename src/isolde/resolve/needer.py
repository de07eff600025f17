"""The object on whose behalf a name is searched for: what decides where."""

from __future__ import annotations

from typing import Protocol

from isolde.resolve.machine import Machine


class Needer(Protocol):
    """What a search asks of the object that needs the name."""

    @property
    def path(self) -> str:
        """Its file, a path of the system."""

    @property
    def machine(self) -> Machine:
        """Its kind of machine."""

    @property
    def origin(self) -> str:
        """The folder that `$ORIGIN` stands for in it."""

    @property
    def rpath(self) -> str | None:
        """Its DT_RPATH; None if it has a DT_RUNPATH too, for ld.so ignores it then."""

    @property
    def runpath(self) -> str | None:
        """Its DT_RUNPATH."""

    @property
    def no_default_folders(self) -> bool:
        """Whether it has DF_1_NODEFLIB: neither default folders nor what the cache has there."""

    @property
    def loaded_for(self) -> Needer | None:
        """The object that had it loaded, whose DT_RPATH it inherits."""
