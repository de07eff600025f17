"""`isolde strings` prints what binutils' prints, and tells the same as JSON."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pytest

from isolde.binutils.strings import Search
from tests.end_to_end.binutils.kinds import ISOLDE, run, same_as_binutils
from tests.toolchain import require_tool
from tests.unit.docs.json_reference import documented_fields, fields_of

Kinds = dict[str, Path]

OPTIONS = ["", "-a", "-n 8", "-n 1", "-t x", "-t d", "-t o", "-o", "-f", "-f -t x", "-w", "-s ,"]
OPTIONS += [f"-e {kind}" for kind in "sSblBL"] + ["-e S -t d", "-e l -t x", "-d", "-d -t x"]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with strings of every encoding at even and odd places, and bytes of every value."""
    file = tmp_path_factory.mktemp("strings") / "texts"
    encodings = ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
    words = [word.encode(name) for name in encodings for word in ("four", "a\tlonger one", "abc")]
    junk = bytes(range(256))
    parts = (word + junk[: number * 7] for number, word in enumerate(words))
    file.write_bytes(junk + b"\xff\x01".join(parts) + b"line\r\nline\fend of file")
    return file


@pytest.mark.parametrize("options", OPTIONS)
def test_the_text_is_that_of_binutils(options: str, kinds: Kinds, texts: Path) -> None:
    files = [str(kinds["library"]), str(kinds["archive"]), str(texts)]
    same_as_binutils("strings", [*options.split(), *files])


def test_standard_input_is_read_like_a_file(texts: Path) -> None:
    data = texts.read_bytes()
    ours = run([*ISOLDE, "strings", "-f", "-t", "d"], data)
    assert ours.stdout == run([require_tool("strings"), "-f", "-t", "d"], data).stdout
    assert b"{standard input}:" in ours.stdout


@pytest.mark.parametrize("kind", "sSblBL")
@pytest.mark.parametrize("blocks", [1, 2, 3, 7])
def test_strings_that_come_in_pieces_are_whole(kind: str, blocks: int, texts: Path) -> None:
    data, search = texts.read_bytes(), Search(encoding=kind)
    stream = io.BytesIO(data)
    pieces = [*search.pieces(lambda _: stream.read(blocks))]
    assert b"".join(piece for _, piece in pieces) == data
    found = [each for start, piece in pieces for each in search.find(piece, start)]
    assert found == [*search.find(data)]


def test_strings_of_a_stream_are_printed_as_it_comes() -> None:
    words = [*ISOLDE, "strings", "-t", "d", "-"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(2):
            process.stdin.write(b"hello\0")
            process.stdin.flush()
            assert process.stdout.readline() == b"%7d hello\n" % (6 * number)
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 0


def test_what_cannot_be_read_does_not_hide_the_others(texts: Path) -> None:
    done = run([*ISOLDE, "strings", str(texts.parent), "absent", str(texts)])
    assert b"end of file\n" in done.stdout
    assert done.returncode == 1
    assert done.stderr.decode() == (
        f"isolde: {texts.parent}: Is a directory\nisolde: absent: No such file or directory\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["-n", "4294967295"],
            "isolde: -n 4294967295: no more than 4294967294 characters can be asked for\n",
        ),
        (["-n", "0"], "isolde: -n 0: a string has at least 1 character\n"),
        (["-t", "q"], "isolde: -t 'q': say o, d or x\n"),
        (["-e", "q"], "isolde: -e 'q': say s, S, b, l, B or L\n"),
    ],
)
def test_misuse_says_what_would_do(words: list[str], message: str, texts: Path) -> None:
    done = run([*ISOLDE, "strings", *words, str(texts)])
    assert (done.returncode, done.stderr.decode()) == (2, message)


def test_json_has_the_documented_fields_and_what_the_text_has(texts: Path) -> None:
    told = json.loads(run([*ISOLDE, "strings", "--json", str(texts), "/nowhere/a"]).stdout)
    assert fields_of(told) == documented_fields("isolde strings")
    lines = run([*ISOLDE, "strings", "-t", "d", str(texts)]).stdout.decode().splitlines()
    strings = told["files"][0]["strings"]
    assert [f"{each['offset']:7} {each['text']}" for each in strings] == lines
