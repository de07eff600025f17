"""What `isolde call` does, behind its options."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isolde.cli._crash import print_crash
from isolde.cli._errors import MisuseError, NoFunctionError
from isolde.engine.address import function_address
from isolde.engine.child import CrashError, run_in_child
from isolde.prototype import (
    Function,
    Outcome,
    Prototype,
    guess_prototype,
    read_argument,
    read_prototype,
)
from isolde.report import print_json, print_text
from isolde.space import Space

_OPTIONS = ("--sig", "--search-path", "--space-name", "--timeout", "--json")


@dataclass(frozen=True)
class Request:
    """One call as the command line asks for it.

    Attributes:
        library: a soname or a path.
        function: the symbol to call.
        arguments: as typed.
        signature: the C prototype, or "".
        search_path: folders searched first.
        space_name: what reports call the space.
    """

    library: str
    function: str
    arguments: Sequence[str]
    signature: str
    search_path: Sequence[str]
    space_name: str

    def run(self, *, timeout: float | None, as_json: bool) -> None:
        """Makes the call in a child process and prints what came of it."""
        self._refuse_options()
        prototype = self._prototype()
        values = self._values(prototype)
        Function(prototype, 0).check(values)
        try:
            with _own_output(as_json):
                outcome = run_in_child(lambda: self._call(prototype, values), timeout=timeout)
        except CrashError as error:
            if not as_json:
                print_crash(error)
            raise
        assert isinstance(outcome, Outcome)
        _print(outcome, prototype, as_json)

    def _prototype(self) -> Prototype:
        if self.signature:
            return read_prototype(self.signature, self.function)
        guess = guess_prototype(self.function, self.arguments)
        raise MisuseError(
            f"a shared library does not tell what '{self.function}' takes: give its C prototype, "
            f"for example --sig '{guess}'"
        )

    def _values(self, prototype: Prototype) -> list[object]:
        parameters = list(prototype.parameters)
        parameters += [None] * (len(self.arguments) - len(parameters))  # type: ignore[list-item]
        try:
            return [
                read_argument(text, parameter)
                for text, parameter in zip(self.arguments, parameters, strict=False)
            ]
        except OSError as error:
            raise MisuseError(
                f"cannot read the argument '@{error.filename}': {error.strerror}"
            ) from None

    def _refuse_options(self) -> None:
        """A mistyped option would otherwise be taken for an argument."""
        for text in self.arguments:
            name = text.partition("=")[0]
            if name in _OPTIONS:
                raise MisuseError(f"{name} stands before --, after it everything is an argument")
            if text.startswith("--") and len(text) > 2:
                raise MisuseError(f"no such option: {text}; for the text itself write '\"{text}\"'")

    def _call(self, prototype: Prototype, values: list[object]) -> Outcome:
        """In the child."""
        space = Space(self.space_name, search_path=self.search_path)
        loaded = space.load(self.library)
        try:
            address = function_address(loaded, self.function)
        except AttributeError:
            raise NoFunctionError(f"{loaded.path} has no function '{self.function}'") from None
        return Function(prototype, address).call(values)


@contextlib.contextmanager
def _own_output(redirect: bool) -> Iterator[None]:
    """With REDIRECT, what the function prints goes to standard error: ours is one JSON object."""
    if not redirect:
        yield
        return
    sys.stdout.flush()
    saved = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)


def _print(outcome: Outcome, prototype: Prototype, as_json: bool) -> None:
    if as_json:
        print_json({"result": outcome.result, "out": outcome.out})
        return
    if prototype.type.result.kind != "void":
        print_text(f"result = {_shown(outcome.result)}\n")
    for name, value in outcome.out.items():
        print_text(f"{name} = {_shown(value)}\n")


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
