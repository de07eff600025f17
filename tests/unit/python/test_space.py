"""What a space is to its user."""

from __future__ import annotations

import copy
import ctypes
import gc
import os
import pickle
from pathlib import Path

import pytest

import isolde
from isolde import _core


def test_each_space_has_its_own_state(libraries: Path) -> None:
    with isolde.Space("a") as a, isolde.Space("b") as b:
        first, second = (space.load(libraries / "libcounter.so") for space in (a, b))
        assert [first.count_up(), first.count_up(), second.count_up()] == [1, 2, 1]


def test_one_space_has_one_state(libraries: Path, space: isolde.Space) -> None:
    first, second = (space.load(libraries / "libcounter.so") for _ in range(2))
    assert [first.count_up(), second.count_up()] == [1, 2]


def test_what_a_library_needs_comes_along(libraries: Path, space: isolde.Space) -> None:
    assert space.load(libraries / "libtwice.so").count_twice() == 2


def test_the_host_sees_nothing_of_a_space(libraries: Path, space: isolde.Space) -> None:
    space.load(libraries / "libcounter.so", mode=os.RTLD_GLOBAL)
    program = ctypes.CDLL(None)
    assert not hasattr(program, "count_up")


def test_a_space_keeps_the_name_it_was_given() -> None:
    with isolde.Space("codec-ä") as space:
        assert space.name == "codec-ä"
    assert space.name == "codec-ä"


def test_spaces_without_a_name_get_one() -> None:
    with isolde.Space() as space:
        assert space.name == f"space-{space.id}"


def test_ids_are_never_used_twice() -> None:
    ids = []
    for _ in range(3):
        with isolde.Space() as space:
            ids.append(space.id)
    assert ids == sorted(set(ids))


def test_search_path_finds_sonames(libraries: Path) -> None:
    with isolde.Space(search_path=[libraries]) as space:
        assert space.load("libcounter.so").path == str(libraries / "libcounter.so")


def test_search_path_stays_where_it_was_said(
    libraries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(libraries)
    with isolde.Space(search_path=["."]) as space:
        monkeypatch.chdir(tmp_path)
        assert Path(space.load("libcounter.so").path).samefile(libraries / "libcounter.so")


def test_folders_that_are_no_utf8_are_searched(libraries: Path, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff"
    Path(os.fsdecode(folder)).mkdir()
    os.link(libraries / "libcounter.so", folder + b"/libcounter.so")
    with isolde.Space(search_path=[folder]) as space:
        assert os.fsencode(space.load("libcounter.so").path) == folder + b"/libcounter.so"


def test_what_is_not_shared_is_mapped(libraries: Path) -> None:
    with isolde.Space() as usual, isolde.Space(shared=["libz.so.*", *isolde.SHARED]) as sharing:
        for space, expected in ((usual, False), (sharing, True)):
            space.load("libz.so.1")
            (image,) = (image for image in space.images if image.soname == "libz.so.1")
            assert image.shared is expected


def test_the_libc_is_shared_by_default() -> None:
    assert any("libc.so" in pattern for pattern in isolde.SHARED)


def test_symbol_gives_an_address_inside_the_image(
    counter: isolde.Library, space: isolde.Space
) -> None:
    (image,) = (image for image in space.images if image.soname == "libcounter.so")
    address = space.symbol("count_up")
    assert address is not None
    assert address in image
    assert space.symbol(b"count_up") == address


def test_symbol_gives_none_for_what_nobody_defines(
    counter: isolde.Library, space: isolde.Space
) -> None:
    assert space.symbol("count_down") is None


def test_symbol_does_not_ask_the_shared_libraries(
    counter: isolde.Library, space: isolde.Space
) -> None:
    assert space.symbol("printf") is None


def test_images_say_who_needed_them(libraries: Path, space: isolde.Space) -> None:
    space.load(libraries / "libtwice.so")
    images = {image.soname: image for image in space.images}
    assert images["libtwice.so"].needed_by is None
    assert images["libtwice.so"].opens == 1
    assert images["libcounter.so"].needed_by == str(libraries / "libtwice.so")
    assert images["libcounter.so"].opens == 0


def test_images_say_why_they_were_found(libraries: Path, space: isolde.Space) -> None:
    space.load(libraries / "libtwice.so")
    why = {image.soname: image.why for image in space.images}
    assert (why["libtwice.so"], why["libcounter.so"]) == ("path", "runpath")


def test_images_agree_with_the_kernel_about_addresses(
    counter: isolde.Library, space: isolde.Space
) -> None:
    (image,) = (image for image in space.images if image.soname == "libcounter.so")
    lines = [line.split() for line in Path("/proc/self/maps").read_text().splitlines()]
    mapped = [line[0].split("-") for line in lines if line[-1] == counter.path]
    assert image.start <= int(mapped[0][0], 16) < int(mapped[-1][1], 16) <= image.end


def test_images_cannot_be_changed(counter: isolde.Library, space: isolde.Space) -> None:
    with pytest.raises(AttributeError):
        space.images[0].path = "elsewhere"  # type: ignore[misc]


def test_a_space_of_no_libraries_has_no_images(space: isolde.Space) -> None:
    assert space.images == []


def test_repr_tells_name_and_images(libraries: Path) -> None:
    with isolde.Space("a") as space:
        assert repr(space) == "<Space 'a' 0 images>"
        space.load(libraries / "libcounter.so")
        assert repr(space) == "<Space 'a' 1 image>"
        space.load(libraries / "libtwice.so")
        assert repr(space) == "<Space 'a' 2 images>"
    assert repr(space) == "<Space 'a' closed>"


def test_a_space_outlives_its_last_reference(libraries: Path) -> None:
    function = isolde.Space("forgotten").load(libraries / "libcounter.so").count_up
    gc.collect()
    assert function() == 1
    (space,) = (space for space in isolde.spaces() if space.name == "forgotten")
    space.close()


@pytest.mark.parametrize("attempt", [copy.copy, copy.deepcopy, pickle.dumps])
def test_spaces_refuse_to_be_copied(attempt: object, space: isolde.Space) -> None:
    with pytest.raises(TypeError, match="cannot pickle or copy <Space"):
        attempt(space)  # type: ignore[operator]


class TestRegistry:
    def test_spaces_are_listed_oldest_first_while_they_live(self) -> None:
        before = isolde.spaces()
        with isolde.Space() as a, isolde.Space() as b:
            assert isolde.spaces() == [*before, a, b]
            a.close()
            assert isolde.spaces() == [*before, b]
        assert isolde.spaces() == before

    def test_the_same_objects_are_listed(self, space: isolde.Space) -> None:
        assert isolde.spaces()[-1] is space

    def test_many_spaces_are_all_listed(self) -> None:
        before = len(isolde.spaces())
        many = [isolde.Space() for _ in range(300)]
        assert len(isolde.spaces()) == before + 300
        for space in many:
            space.close()

    def test_spaces_that_c_code_made_are_listed_and_usable(self, libraries: Path) -> None:
        pointer = _core.space_new(b"made in C", [], None, False, False)
        (space,) = (space for space in isolde.spaces() if space.name == "made in C")
        assert space.load(libraries / "libcounter.so").count_up() == 1
        assert space in isolde.spaces()
        space.close()
        assert _core.space_id(pointer) == 0

    def test_spaces_that_c_code_closed_are_closed(self) -> None:
        space = isolde.Space()
        _core.space_close(space._pointer)
        assert space not in isolde.spaces()
        assert space.closed
