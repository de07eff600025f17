"""Commands for gdb that know the spaces of a process: `source` this file in gdb.

    isolde spaces            the spaces, with how many images each has
    isolde images            the images, by space
    isolde backtrace [all]   frames of the selected thread (of all threads), each with its space
    isolde bt                the same

It runs in gdb's own Python (3.7 or newer) and needs nothing else of Isolde.  What it knows of the
process it reads from memory, by the table `isolde_layout` of libisolde.so (see isolde.h), so it
works on core files as well and does not mind which debugger the process shows its images to.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, Iterator  # noqa: UP035 (Python 3.7)

import gdb

HOST = "host"
_MOST = 1000000  # a list that is longer has been read while it changed


class Image:
    """One mapped library of a space: its path, load bias, and the addresses it occupies."""

    def __init__(self, path: str, base: int, dynamic: int, start: int, end: int) -> None:
        self.path, self.base, self.dynamic = path, base, dynamic
        self.start, self.end = start, end


class Space:
    """A space: its name, the number that tells it from others of that name, its images."""

    def __init__(self, name: str, number: int, images: list[Image]) -> None:
        self.name, self.number, self.images = name, number, images


# ---- the process's memory ------------------------------------------------------------------------


def _read(address: int, form: str) -> tuple[int, ...]:
    size = struct.calcsize(form)
    return struct.unpack(form, bytes(gdb.selected_inferior().read_memory(address, size)))


def _pointer(address: int) -> int:
    return _read(address, "<Q")[0]


def _text(address: int) -> str:
    try:
        characters = gdb.Value(address).cast(gdb.lookup_type("char").pointer())
        return str(characters.string(errors="replace"))
    except gdb.error:
        return "?"


def _address_of(symbol: str) -> int | None:
    """Where libisolde.so has SYMBOL in this process; None without libisolde.so."""
    try:
        return int(gdb.parse_and_eval("(unsigned long)&" + symbol))
    except gdb.error:
        return None


def read_spaces() -> list[Space]:
    """The spaces of the process, oldest first; empty where it has none or no Isolde in it."""
    table = _address_of("isolde_layout")
    if table is None:
        return []
    next_at, name_at, number_at, images_at, start_at, end_at = _read(table + 4, "<6I")
    spaces: list[Space] = []
    try:
        space = _pointer(_pointer(table + 32))
        while space and len(spaces) < _MOST:
            images = list(_read_images(_pointer(space + images_at), start_at, end_at))
            name = _text(_pointer(space + name_at))
            spaces.append(Space(name, _pointer(space + number_at), images))
            space = _pointer(space + next_at)
    except gdb.MemoryError:
        print("isolde: the list of spaces was being changed; what could be read of it follows")
    return spaces[::-1]


def _read_images(image: int, start_at: int, end_at: int) -> Iterator[Image]:
    count = 0
    while image and count < _MOST:
        base, name, dynamic, following = _read(image, "<4Q")  # struct link_map of <link.h>
        yield Image(
            _text(name), base, dynamic, _pointer(image + start_at), _pointer(image + end_at)
        )
        image = following
        count += 1


# ---- symbols -------------------------------------------------------------------------------------


def load_symbols(spaces: list[Space]) -> None:
    """Give gdb the symbols of images that it has not found by itself.

    It finds them where it follows the list of namespaces (13.1 and newer) or where they are shown
    to it as compiled code (ISOLDE_DEBUGGER=jit).
    """
    shown = _address_of("__jit_debug_descriptor")
    if shown is not None and _pointer(shown + 16):
        return
    wanted = {
        (image.path, image.dynamic): image
        for space in spaces
        for image in space.images
        if gdb.solib_name(image.dynamic) is None
    }
    loaded = _loaded()
    for place in loaded - set(wanted):
        _execute(f"remove-symbol-file -a {place[1]:#x}")
    for place in set(wanted) - loaded:
        _execute(f"add-symbol-file {place[0]} -o {wanted[place].base:#x}")
    loaded.clear()
    loaded.update(wanted)


def _loaded() -> set[tuple[str, int]]:
    """Where the images are that were given to gdb already, while the program is the same."""
    program = gdb.current_progspace()
    if not hasattr(program, "isolde_loaded"):
        program.isolde_loaded = set()
    loaded: set[tuple[str, int]] = program.isolde_loaded
    return loaded


def _execute(command: str) -> None:
    """Run a command of gdb's that asks back, without asking."""
    confirm = gdb.parameter("confirm")
    gdb.execute("set confirm off")
    try:
        gdb.execute(command, to_string=True)
    except gdb.error as error:
        print(f"isolde: {command}: {error}")
    finally:
        gdb.execute("set confirm " + ("on" if confirm else "off"))


# ---- frames --------------------------------------------------------------------------------------


def _owner(spaces: list[Space], address: int) -> tuple[Space | None, str | None]:
    for space in spaces:
        for image in space.images:
            if image.start <= address < image.end:
                return space, image.path
    return None, gdb.solib_name(address) or gdb.current_progspace().filename


def _describe(frame: Any, level: int, spaces: list[Space]) -> dict[str, Any]:
    place = frame.find_sal()
    # A caller's address is that behind its call, which may be another function's already.
    address = frame.pc()
    called = level > 0 and frame.newer().type() == gdb.NORMAL_FRAME
    space, image = _owner(spaces, address - 1 if called else address)
    return {
        "level": level,
        "address": f"{address:#x}",
        "function": frame.name(),
        "file": place.symtab.filename if place.symtab else None,
        "line": place.line if place.symtab else None,
        "image": image,
        "space": space.name if space else HOST,
        "space_id": space.number if space else None,
    }


def _frames(spaces: list[Space]) -> list[dict[str, Any]]:
    """The frames of the selected thread, innermost first."""
    frames: list[dict[str, Any]] = []
    frame = gdb.newest_frame()
    while frame is not None and frame.is_valid():
        frames.append(_describe(frame, len(frames), spaces))
        try:
            frame = frame.older()
        except gdb.error:  # a stack that cannot be followed further
            break
    return frames


def read_threads(spaces: list[Space]) -> list[dict[str, Any]]:
    """Every thread with its frames; the selected one is selected afterwards as well."""
    selected = gdb.selected_thread()
    threads = []
    for thread in sorted(gdb.selected_inferior().threads(), key=lambda each: each.num):
        thread.switch()
        _, lwp, tid = thread.ptid
        threads.append(
            {
                "number": thread.num,
                "lwp": lwp or tid,
                "name": thread.name,
                "frames": _frames(spaces),
            }
        )
    if selected is not None:
        selected.switch()
    return threads


def read_facts() -> dict[str, Any]:
    """What `isolde backtrace` prints, as JSON values."""
    spaces = read_spaces()
    load_symbols(spaces)
    return {
        "process": gdb.selected_inferior().pid,
        "program": gdb.current_progspace().filename,
        "spaces": [
            {
                "id": space.number,
                "name": space.name,
                "images": [
                    {
                        "path": image.path,
                        "base": f"{image.base:#x}",
                        "start": f"{image.start:#x}",
                        "end": f"{image.end:#x}",
                    }
                    for image in space.images
                ],
            }
            for space in spaces
        ],
        "threads": read_threads(spaces),
    }


# ---- commands ------------------------------------------------------------------------------------


def _show(frame: dict[str, Any]) -> None:
    where = f" at {frame['file']}:{frame['line']}" if frame["file"] else ""
    function = frame["function"] or "??"
    image = frame["image"] or "?"
    print(f"#{frame['level']:<3} [{frame['space']}] {function}{where} from {image}")


def _needs_process() -> None:
    if not gdb.selected_inferior().pid:
        raise gdb.GdbError("The program is not being run.")


class _Prefix(gdb.Command):
    """Spaces of the process: isolde spaces, isolde images, isolde backtrace."""

    def __init__(self) -> None:
        super().__init__("isolde", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


class _Spaces(gdb.Command):
    """List the spaces of the process."""

    def __init__(self) -> None:
        super().__init__("isolde spaces", gdb.COMMAND_DATA)

    def invoke(self, argument: str, from_tty: bool) -> None:
        _needs_process()
        for space in read_spaces():
            print(f"{space.number:>4}  {space.name}  {len(space.images)} images")


class _Images(gdb.Command):
    """List the images of every space, with the addresses they occupy."""

    def __init__(self) -> None:
        super().__init__("isolde images", gdb.COMMAND_DATA)

    def invoke(self, argument: str, from_tty: bool) -> None:
        _needs_process()
        for space in read_spaces():
            for image in space.images:
                print(f"{image.start:#x} {image.end:#x}  [{space.name}] {image.path}")


class _Backtrace(gdb.Command):
    """Print the frames of the selected thread, or of `all`, each with its space in brackets."""

    def __init__(self, name: str) -> None:
        super().__init__(name, gdb.COMMAND_STACK)

    def invoke(self, argument: str, from_tty: bool) -> None:
        _needs_process()
        spaces = read_spaces()
        load_symbols(spaces)
        if argument.strip() != "all":
            for frame in _frames(spaces):
                _show(frame)
            return
        for thread in read_threads(spaces):
            print(f"thread {thread['number']} (LWP {thread['lwp']})")
            for frame in thread["frames"]:
                _show(frame)


class _Facts(gdb.Command):
    """Write everything to a file, as JSON: for the `isolde backtrace` command of the shell."""

    def __init__(self) -> None:
        super().__init__("isolde facts", gdb.COMMAND_DATA)

    def invoke(self, argument: str, from_tty: bool) -> None:
        _needs_process()
        Path(argument).write_text(json.dumps(read_facts()))


_Prefix()
_Spaces()
_Images()
_Backtrace("isolde backtrace")
_Backtrace("isolde bt")
_Facts()
