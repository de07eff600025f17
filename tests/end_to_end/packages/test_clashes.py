"""Wheels that cannot share a process, sharing one."""

from __future__ import annotations

import textwrap

import pytest

from tests.end_to_end.packages.environment import Python

GEO = ("rasterio", "fiona", "shapely")

# Under RTLD_GLOBAL each wheel's GDAL, PROJ and libstdc++ are bound to whichever came first.
GLOBAL = "import os, sys; sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)\n"

TWO_GDALS = """
    import tempfile, warnings
    warnings.simplefilter("ignore")
    for name in sys.argv[1].split(","):
        __import__(name)
    import fiona, numpy, rasterio, shapely
    folder = tempfile.mkdtemp()
    raster = {"driver": "GTiff", "height": 4, "width": 4, "count": 1, "dtype": "uint8"}
    with rasterio.open(f"{folder}/a.tif", "w", crs="EPSG:3857", **raster) as file:
        file.write(numpy.arange(16, dtype="uint8").reshape(4, 4), 1)
    with rasterio.open(f"{folder}/a.tif") as file:
        print(int(file.read(1).sum()), file.crs.to_epsg())
    schema = {"geometry": "Point", "properties": {"n": "int"}}
    with fiona.open(f"{folder}/b.gpkg", "w", driver="GPKG", crs="EPSG:4326", schema=schema) as file:
        point = {"type": "Point", "coordinates": (1, 2)}
        file.write({"type": "Feature", "geometry": point, "properties": {"n": 3}})
    with fiona.open(f"{folder}/b.gpkg") as file:
        print([each["properties"]["n"] for each in file], file.crs.to_epsg())
    print(round(shapely.Point(1, 2).buffer(1).area, 3))
"""
TWO_GDALS_DID = "120 3857\n[3] 4326\n3.137"


def _isolating(*packages: str) -> str:
    return f"import isolde; isolde.isolate({', '.join(map(repr, packages))})\n"


def _program(*parts: str) -> str:
    return "".join(textwrap.dedent(part) for part in parts)


@pytest.mark.parametrize("order", ["rasterio,fiona", "fiona,rasterio", "shapely,fiona,rasterio"])
def test_two_gdals_abort_without_isolde_and_work_with_it(python: Python, order: str) -> None:
    plain = python.run(_program(GLOBAL, TWO_GDALS), order)
    assert plain.returncode < 0, plain.stdout + plain.stderr
    isolated = _program(GLOBAL, _isolating(*GEO), TWO_GDALS)
    assert python.printed_by(isolated, order) == TWO_GDALS_DID


def test_the_variable_isolates_for_an_unmodified_program(python: Python) -> None:
    program = _program(GLOBAL, TWO_GDALS)
    printed = python.printed_by(program, "rasterio,fiona", ISOLDE_ISOLATE="rasterio, fiona,shapely")
    assert printed == TWO_GDALS_DID


OPENCV_ARROW_SCIPY = """
    import io
    import cv2, numpy, pyarrow, pyarrow.parquet, scipy.linalg
    image = numpy.full((8, 8, 3), 7, numpy.uint8)
    png = cv2.imencode(".png", image)[1]
    print((cv2.imdecode(png, cv2.IMREAD_COLOR) == image).all())
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"a": [1, 2, 3]}), file, compression="zstd")
    print(pyarrow.parquet.read_table(file)["a"].to_pylist())
    print(scipy.linalg.svd(numpy.eye(3) * 2)[1].tolist())
"""


@pytest.mark.parametrize("packages", [("cv2", "pyarrow", "scipy"), ("*",)])
def test_opencv_arrow_and_scipy_under_rtld_global(python: Python, packages: tuple[str]) -> None:
    program = _program(GLOBAL, _isolating(*packages), OPENCV_ARROW_SCIPY)
    assert python.printed_by(program) == "True\n[1, 2, 3]\n[2.0, 2.0, 2.0]"


def test_every_package_from_every_other(python: Python) -> None:
    """All of the above in one process, in which only the standard library is the host's."""
    listed = """
        print(sorted(each.packages[0] for each in isolde.isolated()))
        with open("/proc/self/maps") as maps:
            paths = {line.split(maxsplit=5)[5].strip() for line in maps if "wheels-" in line}
        images = [image for each in isolde.isolated() for image in each.images]
        inside = {os.path.realpath(image.path) for image in images}
        print(paths - inside)
    """
    program = _program(GLOBAL, _isolating("*"), TWO_GDALS, OPENCV_ARROW_SCIPY, listed)
    *_, packages, outside = python.printed_by(program, "fiona,rasterio").splitlines()
    known = ["cv2", "fiona", "numpy", "pyarrow", "rasterio", "scipy", "shapely"]
    assert set(known) <= set(eval(packages))
    assert outside == "set()"


def test_a_space_holds_one_packages_libraries(python: Python) -> None:
    program = """
        import isolde
        isolde.isolate("rasterio", "fiona")
        import rasterio, fiona
        for each in isolde.isolated():
            gdals = {image.path.split("/")[-2] for image in each.images if "libgdal" in image.path}
            print(each.packages, each.space.name, sorted(gdals), each.modules[0].split(".")[0])
    """
    assert python.printed_by(program).splitlines() == [
        "('rasterio',) rasterio ['rasterio.libs'] rasterio",
        "('fiona',) fiona ['fiona.libs'] fiona",
    ]


def test_packages_in_one_group_share_their_libraries(python: Python) -> None:
    program = """
        import isolde
        isolde.isolate(("scipy", "numpy"))
        import scipy.linalg
        (group,) = isolde.isolated()
        print({name.split(".")[0] for name in group.modules} == {"scipy", "numpy"})
    """
    assert python.printed_by(program) == "True"
