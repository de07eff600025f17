"""Which objects a space takes from the host: the same as the core takes."""

from __future__ import annotations

import re

from isolde.resolve.scope import ONE_A_PROCESS, SERVES_ALL, SHARED_GROUP, is_shared
from tests.toolchain import CORE


def _core_list(name: str) -> tuple[str, ...]:
    source = (CORE / "host.c").read_text()
    found = re.search(rf"static const char \*const {name}\[\] = \{{(.*?)\}};", source, re.DOTALL)
    assert found, name
    return tuple(re.findall(r'"([^"]+)"', found.group(1)))


def test_the_shared_group_is_the_cores() -> None:
    assert _core_list("default_shared") == SHARED_GROUP
    assert _core_list("always") == SERVES_ALL
    assert _core_list("one_a_process") == ONE_A_PROCESS


def test_a_spaces_option_adds_and_takes_out() -> None:
    assert not is_shared("libz.so.1")
    assert is_shared("libz.so.1", ["libz.so*"])
    assert is_shared("libm.so.6")
    assert not is_shared("libm.so.6", ["!libm.so.6"])


def test_what_a_process_has_one_of_is_always_shared() -> None:
    assert is_shared("libc.so.6", ["!libc.so.6"])
