"""Builds five modules whose libraries clash, serves them from one process, and calls them all.

Each module brings its own `libtextkit.so.1`: four releases of one third-party library, with one
soname and the same symbols, that have nothing else in common.  Beside what Isolde answers over
HTTP stands what the same modules answer when plain dlopen puts them into one process.

Exits with 0 if every answer over HTTP is right.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from isolde.engine import Offer, read_manifest
from isolde.engine.child import CrashError, run_in_child
from isolde.prototype import read_prototype
from isolde.report import print_error, print_note, print_table

HERE = Path(__file__).resolve().parent
MODULES = HERE / "modules"


@dataclass(frozen=True)
class Call:
    """A request, and the answer that the module gives when it is alone in a process."""

    module: str
    function: str
    arguments: list[object]
    answer: dict[str, object]

    @property
    def shown(self) -> str:
        arguments = ", ".join(json.dumps(each) for each in self.arguments)
        return f"{self.module}.{self.function}({arguments})"


def answer(result: object, **out: object) -> dict[str, object]:
    return {"result": result, "out": out}


DOCUMENTS = ["lazy binding", "dynamic linking in C", "static data"]
CALLS = [
    Call("dedupe", "textkit_version", [], answer("textkit 1.4")),
    Call("dedupe", "similarity", ["night", "nacht"], answer(0.25)),
    Call("dedupe", "comparisons", [], answer(1)),
    Call("english", "textkit_version", [], answer("textkit 3.0 (English)")),
    Call("english", "stopwords", ["the war of the worlds"], answer(3)),
    Call("english", "known_words", [], answer(5)),
    Call("german", "textkit_version", [], answer("textkit 3.0 (German)")),
    Call("german", "stopwords", ["das Auto war in der Stadt"], answer(4)),
    Call("german", "known_words", [], answer(6)),
    Call("search", "textkit_version", [], answer("textkit 2.0")),
    Call("search", "rank", ["dynamic linking", DOCUMENTS], answer(1, scores=[0.0, 2.0, 0.0])),
    Call("spellcheck", "textkit_version", [], answer("textkit 1.0")),
    Call("spellcheck", "closest", ["helo", ["world", "hello"]], answer(1)),
    Call("spellcheck", "comparisons", [], answer(2)),
]


def main() -> int:
    print_note("building the modules with this machine's compiler...")
    if not build():
        print_error("the modules cannot be built; the demonstration needs gcc and make")
        return 1
    built = {path.parent.name for path in MODULES.glob("*/isolde.toml")}
    calls = [call for call in CALLS if call.module in built]
    print_note(f"loading the {len(built)} modules into one process with plain dlopen...")
    plain = ask_plain_process(sorted(built), calls)
    print_note("serving them from one process with Isolde...")
    with served() as url:
        print_note(f"calling {len(calls)} functions at {url} ...")
        answers = [ask_server(url, call) for call in calls]
    print_comparison(calls, answers, plain)
    wrong = [call.shown for call, got in zip(calls, answers, strict=True) if got != call.answer]
    for name in wrong:
        print_error(f"wrong: {name}")
    if not wrong:
        print_invitation()
    return 1 if wrong else 0


def build() -> bool:
    try:
        return (
            subprocess.run(["make", "--silent", "-j2", "-C", str(HERE)], check=False).returncode
            == 0
        )
    except FileNotFoundError:
        return False


# -- over HTTP -------------------------------------------------------------------------------------


@contextmanager
def served() -> Iterator[str]:
    """The URL of `isolde serve`, which is stopped afterwards and must end well."""
    command = [sys.executable, "-m", "isolde.cli", "serve", str(MODULES), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            yield wait_for_url(server)
        finally:
            server.terminate()
            server.communicate()  # it still has something to say
    if server.returncode != 0:
        raise SystemExit(f"isolde serve ended with exit status {server.returncode}")


def wait_for_url(server: subprocess.Popen[str]) -> str:
    assert server.stderr is not None
    said = []
    for line in server.stderr:
        said.append(line)
        if line.startswith("{") and (url := json.loads(line).get("url")):
            return str(url)
    raise SystemExit("".join(["isolde serve did not start:\n", *said]))


def ask_server(url: str, call: Call) -> object:
    request = urllib.request.Request(
        f"{url}/function/{call.module}/{call.function}",
        data=json.dumps(call.arguments).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


# -- without Isolde --------------------------------------------------------------------------------


def ask_plain_process(modules: list[str], calls: list[Call]) -> list[str]:
    """What each call gives when one process opens all modules with RTLD_GLOBAL."""

    def ask_all() -> list[str]:
        loaded = {name: open_plainly(MODULES / name) for name in modules}
        return [ask_plainly(loaded[call.module], history(call, calls)) for call in calls]

    answers = run_in_child(ask_all)
    assert isinstance(answers, list)
    return answers


def open_plainly(folder: Path) -> ctypes.CDLL | str:
    """The module's library, or why dlopen refuses it."""
    file = str(folder / read_manifest(folder).library)
    try:
        return ctypes.CDLL(file, mode=os.RTLD_GLOBAL | os.RTLD_NOW)
    except OSError as error:
        return str(error).removeprefix(f"{file}: ")


def history(call: Call, calls: list[Call]) -> list[Call]:
    """All calls of its module up to this one: modules keep state."""
    return [each for each in calls[: calls.index(call) + 1] if each.module == call.module]


def ask_plainly(library: ctypes.CDLL | str, calls: list[Call]) -> str:
    """The last call's answer in words; in a process of its own, since some crash."""
    if isinstance(library, str):
        return library
    try:
        return words(run_in_child(lambda: [ask_here(library, call) for call in calls][-1]))
    except CrashError as crash:
        return f"crash: {crash.signal}"


def ask_here(library: ctypes.CDLL, call: Call) -> dict[str, object]:
    wanted = read_manifest(MODULES / call.module).functions[call.function]
    address = ctypes.cast(library[call.function], ctypes.c_void_p).value or 0
    outcome = Offer(read_prototype(wanted.prototype), address, wanted).call(call.arguments)
    return answer(outcome.result, **outcome.out)


# -- the table -------------------------------------------------------------------------------------


def print_comparison(calls: list[Call], answers: list[object], plain: list[str]) -> None:
    rows = []
    for call, got, plainly in zip(calls, answers, plain, strict=True):
        mark = "right" if got == call.answer else "WRONG"
        plain_mark = "" if plainly == words(call.answer) else " (wrong)"
        rows.append([call.shown, words(got), mark, plainly + plain_mark])
    print_table(["call", "Isolde, over HTTP", "", "dlopen, RTLD_GLOBAL"], rows)


def words(got: object) -> str:
    if not isinstance(got, dict):
        return json.dumps(got)
    out = "".join(f", {name} = {json.dumps(value)}" for name, value in got["out"].items())
    return json.dumps(got["result"]) + out


def print_invitation() -> None:
    program = os.path.relpath(Path(sys.executable).with_name("isolde"))
    folder = os.path.relpath(MODULES)
    print_note(f"every answer is right.  To leave it running:\n    {program} serve {folder}")


if __name__ == "__main__":
    sys.exit(main())
