"""OpenSSL shared among a group of spaces, and libz for who forgot to name it."""

from __future__ import annotations

import ctypes
from pathlib import Path

import isolde
from tests.end_to_end.real_libraries.system import needs
from tests.toolchain import compile_library

pytestmark = needs("libcrypto.so.3", "libssl.so.3", "libz.so.1")

_DIGEST = 32
_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def _sha256(crypto: isolde.Library, text: bytes) -> str:
    digest = ctypes.create_string_buffer(_DIGEST)
    crypto.SHA256.restype = ctypes.c_void_p
    crypto.SHA256(text, ctypes.c_size_t(len(text)), digest)
    return digest.raw.hex()


def _copies_of_libcrypto() -> int:
    mapped = Path("/proc/self/maps").read_text().splitlines()
    return sum("/libcrypto.so.3" in line and "r-xp" in line for line in mapped)


def test_a_group_of_spaces_has_one_openssl() -> None:
    before = _copies_of_libcrypto()
    group = isolde.Space("openssl")
    spaces = [isolde.Space() for _ in range(20)]
    for space in spaces:
        space.link(group, "libssl.so.*", "libcrypto.so.*")
    libraries = [(space.load("libssl.so.3"), space.load("libcrypto.so.3")) for space in spaces]
    assert _copies_of_libcrypto() == before + 1
    for ssl, crypto in libraries:
        ssl.TLS_client_method.restype = ssl.SSL_CTX_new.restype = ctypes.c_void_p
        assert ssl.SSL_CTX_new(ctypes.c_void_p(ssl.TLS_client_method()))
        assert _sha256(crypto, b"abc") == _ABC
    group.close()
    assert [_sha256(crypto, b"abc") for _, crypto in libraries] == [_ABC] * 20
    for space in spaces:
        space.close()
    assert _copies_of_libcrypto() == before


def test_libz_comes_to_who_forgot_to_name_it(tmp_path: Path) -> None:
    source = tmp_path / "plugin.c"
    source.write_text("const char *zlibVersion(void); char f(void) { return *zlibVersion(); }")
    plugin = compile_library(tmp_path / "plugin.so", [source])
    with isolde.Space("plugins", shared=["!libz.so.1"], host=True) as space:
        assert space.load(plugin).f() == ord("1")
        assert [(image.soname, image.why) for image in space.images if image.why != "host"] == [
            ("plugin.so", "path"),
            ("libz.so.1", "provides zlibVersion"),
        ]
