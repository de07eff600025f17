"""Notes by which annobin says how each part of a file was built (owner "GA…")."""

from __future__ import annotations

from isolde.binutils.readelf.subject import Subject, c_hex
from isolde.elf import Note, Symbol
from isolde.elf import constants as c

_OPEN, _FUNCTION = 0x100, 0x101
_KINDS = "*$!+"
# The second letter is one of these bytes for what is known.
_ATTRIBUTES = {
    "\x01": "<version>",
    "\x02": "<stack prot>",
    "\x03": "<relro>",
    "\x04": "<stack size>",
    "\x05": "<tool>",
    "\x06": "<ABI>",
    "\x07": "<PIC>",
    "\x08": "<short enum>",
}
_VALUES = {
    "<PIC>": ("static", "pic", "PIC", "pie", "PIE"),
    "<stack prot>": ("off", "on", "all", "strong", "explicit"),
}


def is_build_attribute(note: Note) -> bool:
    """Whether NOTE is one of these."""
    owner = note.owner
    marked = (owner.startswith("GA") and owner[2:3] in tuple(_KINDS)) or owner[:1] in tuple(_KINDS)
    return marked and note.type in (_OPEN, _FUNCTION)


class BuildAttributes:
    """Shows them, one after the other: a note may mean the range of the one before it."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._ranges = {_OPEN: (0, 0), _FUNCTION: (0, 0)}
        self._symbols: dict[int, list[Symbol]] | None = None

    def name(self, note: Note) -> str:
        """The attribute and its value, in at least 20 columns."""
        raw = note.name
        prefix = "GA" if raw.startswith(b"GA") else ""
        kind = chr(raw[len(prefix)])
        title, rest = self._title(raw[len(prefix) + 1 :], 17 if prefix else 19)
        left = (28 if self._subject.is_wide else 20) - len(prefix) - 1 - len(title)
        if left < 1 and not self._subject.is_wide:
            return prefix + kind + title
        return prefix + kind + title + self._value(kind, title, rest, left)

    def _title(self, raw: bytes, room: int) -> tuple[str, bytes]:
        """The attribute's name, and the bytes behind it."""
        known = _ATTRIBUTES.get(raw[:1].decode("latin-1"))
        if known is not None:
            return known, raw[1:]
        name, end, rest = raw.partition(b"\0")
        if len(name) + 1 > room and not self._subject.is_wide:
            name, rest = raw[:room], raw[room:]
        return name.decode("utf-8", "surrogateescape") + ":", rest if end else b""

    def _value(self, kind: str, title: str, rest: bytes, left: int) -> str:
        if kind in "!+":
            return f"{'false' if kind == '!' else 'true':<{left}}"
        if kind == "$":
            text = rest.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
            return f"{self._subject.fitted(text, left):<{left}}"
        number = int.from_bytes(rest[:-1][:8], "little")
        words = _VALUES.get(title, ())
        if number < len(words):
            return f"{words[number]:<{left}}"
        shown = f"0x{number:x}"
        if self._subject.is_wide:
            return f"{shown:<{left}}"
        return f"0x{number:0{left}x}" if number else shown

    def description(self, note: Note) -> str:
        """Which addresses NOTE is about, and the symbol there."""
        data = note.description
        if not data:
            start, end = self._ranges[note.type]
            return _range(start, end if end > start else 0)
        if len(data) not in (4, 8, 16):
            self._subject.tell(f"{self._subject.file.path}: a build attribute of {len(data)} bytes")
            return "    <invalid descsz>"
        half = len(data) if len(data) == 4 else len(data) // 2
        start = self._subject.number(data[:half])
        end = self._subject.number(data[half:])
        symbol = self._symbol(start, note.type == _OPEN)
        if symbol is not None and not end and symbol.size:
            end = start + symbol.size
        self._ranges[note.type] = (start, end or self._ranges[note.type][1])
        return _range(start, end) + (f" ({symbol.name})" if symbol and symbol.name else "")

    def _symbol(self, address: int, is_open: bool) -> Symbol | None:
        found = self._at(address, is_open)
        # Names of files stand two bytes behind, so that they are not a function's.
        return self._at(address + 2, is_open) if found is None and is_open else found

    def _at(self, address: int, is_open: bool) -> Symbol | None:
        if self._symbols is None:
            self._symbols = {}
            table = self._subject.attempt(lambda: self._subject.file.symbols, None)
            for symbol in table or ():
                self._symbols.setdefault(symbol.value, []).append(symbol)
        named = [symbol for symbol in self._symbols.get(address, ()) if _has_own_name(symbol)]
        if is_open:
            return _best(named)
        return next((symbol for symbol in named if symbol.type == c.STT_FUNC), None)


def _has_own_name(symbol: Symbol) -> bool:
    is_mapping = symbol.name.startswith("$") and len(symbol.name) == 2
    return bool(symbol.name) and not is_mapping


def _best(symbols: list[Symbol]) -> Symbol | None:
    """Objects and files before others, global symbols before local ones, never a function."""
    best: Symbol | None = None
    for symbol in symbols:
        if symbol.type in (c.STT_OBJECT, c.STT_FILE):
            best = symbol
            if symbol.size:
                return best
        elif symbol.type != c.STT_FUNC and _precedes(symbol, best):
            best = symbol
    return best


def _precedes(symbol: Symbol, best: Symbol | None) -> bool:
    if best is None:
        return symbol.binding in (c.STB_GLOBAL, c.STB_LOCAL)
    return symbol.binding == c.STB_GLOBAL and best.type != c.STT_OBJECT


def _range(start: int, end: int) -> str:
    text = f"    Applies to region from {c_hex(start)}"
    return f"{text} to {c_hex(end)}" if end else text
