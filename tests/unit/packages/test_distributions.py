"""Which packages an installed distribution brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolde.packages import _distributions, parse
from tests.unit.packages.conftest import make_metadata
from tests.unit.python.fresh_python import printed_by


@pytest.mark.parametrize(
    ("files", "roots"),
    [
        (["cv2/__init__.py", "cv2/cv2.abi3.so", "opencv.libs/liba.so.1"], {"cv2"}),
        (["google/protobuf/__init__.py", "google/_upb/_message.abi3.so"],
         {"google.protobuf", "google._upb._message"}),
        (["cffi/__init__.py", "_cffi_backend.cpython-311-x86_64-linux-gnu.so"],
         {"cffi", "_cffi_backend"}),
        (["pkg/__init__.py", "pkg/data/tool.py", "pkg/sub/__init__.py"], {"pkg"}),
        (["../../bin/tool.py", "soundfile.py", "__pycache__/soundfile.cpython-311.pyc"],
         {"soundfile"}),
    ],
)  # fmt: skip
def test_roots(tmp_path: Path, files: list[str], roots: set[str]) -> None:
    make_metadata(tmp_path, "Some-Name", *files)
    (found,) = _distributions.in_folder(str(tmp_path))
    assert found.name == "some-name"
    assert found.roots() == roots


def test_without_a_record_the_metadata_or_the_name_tells(tmp_path: Path) -> None:
    (tmp_path / "Pillow-9.4.0.egg-info").mkdir()
    (tmp_path / "Pillow-9.4.0.egg-info" / "top_level.txt").write_text("PIL\n")
    (tmp_path / "typing_extensions-4.dist-info").mkdir()
    roots = {each.name: each.roots() for each in _distributions.in_folder(str(tmp_path))}
    assert roots == {"pillow": {"PIL"}, "typing-extensions": {"typing_extensions"}}


def test_a_folder_is_read_again_when_something_is_installed(tmp_path: Path) -> None:
    assert _distributions.bringing("late", str(tmp_path)) is None
    make_metadata(tmp_path, "late", "late/__init__.py")
    found = _distributions.bringing("late.module", str(tmp_path))
    assert found is not None
    assert found.name == "late"


def test_a_package_is_found_without_importing_what_is_around_it() -> None:
    source = """
        import sys
        from isolde.packages import _names
        print(sorted(_names.roots_of("numpy.linalg")), "numpy" in sys.modules)
    """
    assert printed_by(source) == "['numpy.linalg'] False"


def test_the_shells_spelling() -> None:
    assert parse("rasterio, torch+torchvision,*,") == ["rasterio", ("torch", "torchvision"), "*"]


def test_an_edited_distribution_brings_what_its_metadata_lists(tmp_path: Path) -> None:
    make_metadata(tmp_path, "edited", "__editable___edited_1_0_finder.py")
    (tmp_path / "edited-1.0.dist-info" / "top_level.txt").write_text("other\n")
    (found,) = _distributions.in_folder(str(tmp_path))
    assert found.roots() == {"other"}
