"""A space that takes libraries from another."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path

import pytest

import isolde


@pytest.fixture
def provider(libraries: Path) -> Iterator[isolde.Space]:
    """A space whose libcounter.so others may take."""
    with isolde.Space("provider", search_path=[libraries]) as space:
        yield space


@pytest.fixture
def linked(provider: isolde.Space, space: isolde.Space) -> isolde.Space:
    """A space that takes libcounter.so from `provider`."""
    space.link(provider, "libcounter.*")
    return space


def test_linked_spaces_share_state(
    libraries: Path, provider: isolde.Space, linked: isolde.Space
) -> None:
    counter = provider.load("libcounter.so")
    twice = linked.load(libraries / "libtwice.so")
    assert [counter.count_up(), twice.count_twice(), counter.count_up()] == [1, 3, 4]


def test_images_tell_whose_a_linked_library_is(libraries: Path, linked: isolde.Space) -> None:
    linked.load(libraries / "libtwice.so")
    facts = [(image.soname, image.why, image.linked_from) for image in linked.images[:2]]
    assert facts == [("libtwice.so", "path", None), ("libcounter.so", "link", "provider")]
    assert repr(linked).endswith("1 image>")


def test_an_image_that_is_linked_has_the_providers_addresses(
    provider: isolde.Space, linked: isolde.Space
) -> None:
    own, taken = provider.load("libcounter.so"), linked.load("libcounter.so")
    assert (own.base, own.path, own.soname) == (taken.base, taken.path, taken.soname)
    assert linked.symbol("count_up") == provider.symbol("count_up")
    assert (provider.symbol("count_up") or 0) in linked.images[0]


def test_a_linked_library_outlives_its_space(provider: isolde.Space, linked: isolde.Space) -> None:
    own, taken = provider.load("libcounter.so"), linked.load("libcounter.so")
    assert own.count_up() == 1
    provider.close()
    with pytest.raises(isolde.ClosedError):
        own.count_up()
    assert taken.count_up() == 2
    assert ctypes.c_int.in_dll(taken, "number").value == 7
    taken.close()
    with pytest.raises(isolde.ClosedError):
        taken.count_up()


def test_a_link_to_a_closed_space_is_refused(provider: isolde.Space, space: isolde.Space) -> None:
    provider.close()
    with pytest.raises(isolde.ClosedError, match="space 'provider' is closed"):
        space.link(provider, "libcounter.so")


def test_a_closed_space_cannot_be_linked(provider: isolde.Space, space: isolde.Space) -> None:
    space.close()
    with pytest.raises(isolde.ClosedError, match=f"space '{space.name}' is closed"):
        space.link(provider, "libcounter.so")


def test_what_the_provider_lacks_names_both_spaces(
    provider: isolde.Space, space: isolde.Space
) -> None:
    space.link(provider, "libnowhere.so")
    with pytest.raises(isolde.LoadError) as refused:
        space.load("libnowhere.so")
    assert str(refused.value).startswith(
        f"libnowhere.so: space '{space.name}' takes it from space 'provider': "
        "libnowhere.so: not found for space 'provider': looked in "
    )
    assert refused.value.tried[0].endswith("(search_path)")


def test_a_loop_of_links_says_so(provider: isolde.Space, linked: isolde.Space) -> None:
    provider.link(linked, "libcounter.so")
    with pytest.raises(isolde.LoadError, match="waits for this very open"):
        linked.load("libcounter.so")
