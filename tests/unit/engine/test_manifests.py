"""What an isolde.toml may say, and what is said of one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolde.engine import ManifestError, read_manifest

_LEAST = 'name = "m"\nlibrary = "libm.so.6"\n[functions.f]\nprototype = "int f(void)"\n'


def write(folder: Path, text: str) -> Path:
    (folder / "isolde.toml").write_text(text)
    return folder


def test_the_least_manifest(tmp_path: Path) -> None:
    manifest = read_manifest(write(tmp_path, _LEAST))
    assert (manifest.name, manifest.library, list(manifest.functions)) == ("m", "libm.so.6", ["f"])
    assert (manifest.search_path, manifest.types) == ([], "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "Invalid value (at end of document)"),
        (
            _LEAST.replace('name = "m"', ""),
            "the manifest lacks the key 'name'; "
            "it has: name, library, functions, search_path, types",
        ),
        (
            f"serach_path = []\n{_LEAST}",
            "the manifest has no key 'serach_path'; "
            "it has: name, library, functions, search_path, types",
        ),
        (
            _LEAST.replace('"int f(void)"', "3"),
            "[functions.f]: prototype: expected a string, got 3",
        ),
        (
            f"{_LEAST}outs = {{ y = true }}",
            "[functions.f] has no key 'outs'; it has: prototype, out, inout, lengths, optional",
        ),
        (
            _LEAST.replace("prototype", "inout = [] #"),
            "[functions.f] lacks the key 'prototype'; "
            "it has: prototype, out, inout, lengths, optional",
        ),
        (
            f"{_LEAST}out = {{ y = 1.5 }}",
            "[functions.f]: out: expected a table from parameters to true, a number or a "
            'parameter, got {"y": 1.5}',
        ),
        (
            f"{_LEAST}lengths = {{ n = 3 }}",
            "[functions.f]: lengths: expected a table from parameters to a parameter or an array "
            'of them, got {"n": 3}',
        ),
        (
            f'search_path = "lib"\n{_LEAST}',
            'the manifest: search_path: expected an array of strings, got "lib"',
        ),
        (
            _LEAST.replace("[functions.f]", "[[functions]]"),
            "functions: expected tables, each under [functions.NAME]",
        ),
        (
            _LEAST.replace("[functions.f]", "[functions]").replace("prototype", "#"),
            "no [functions.NAME] table: a module offers at least one",
        ),
        (
            _LEAST.replace('"m"', '"a/b"'),
            "name = 'a/b': use letters, digits, '-', '_' and '.', as it is part of URLs",
        ),
    ],
)
def test_a_fault_is_told_with_the_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ManifestError) as caught:
        read_manifest(write(tmp_path, text))
    assert str(caught.value) == f"{tmp_path}/isolde.toml: {message}"


def test_a_folder_without_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        read_manifest(tmp_path)
    assert str(caught.value) == f"{tmp_path}/isolde.toml: No such file or directory"
