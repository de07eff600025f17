"""Dynamic string tokens mean what ld.so(8) says."""

from __future__ import annotations

import pytest

from isolde.resolve.tokens import expand


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("$ORIGIN/../lib", "/srv/app/../lib"),
        ("${ORIGIN}x", "/srv/appx"),
        ("/opt/$LIB", "/opt/lib64"),
        ("/opt/${PLATFORM}/$LIB", "/opt/haswell/lib64"),
        ("$ORIGINAL/lib", "$ORIGINAL/lib"),
        ("$ORIGIN_/lib", "$ORIGIN_/lib"),
        ("${ORIGIN/lib", "${ORIGIN/lib"),
        ("/a$b/$", "/a$b/$"),
    ],
)
def test_a_token_is_a_whole_word(text: str, meaning: str) -> None:
    assert expand(text, origin="/srv/app", lib="lib64", platform="haswell") == meaning
