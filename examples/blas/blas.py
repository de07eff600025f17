"""Four BLAS implementations behind one soname, libblas.so.3, in one process.

One module, linked with libblas.so.3, is loaded into a space for each implementation that this
machine has; each space searches one folder first.  All stay loaded, multiply the same matrices,
and say which file their dgemm comes from.

    python blas.py [--size N] [--json]

Debian's packages: libblas3 libopenblas0-pthread libatlas3-base libblis4.
"""

from __future__ import annotations

import argparse
import ctypes
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from isolde import Library, Space
from isolde.report import print_error, print_json, print_table

HERE = Path(__file__).resolve().parent
SONAME = "libblas.so.3"
PACKAGES = "libblas3 libopenblas0-pthread libatlas3-base libblis4"
# Products are sums of N roundings each: far above that, an implementation is wrong.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Finding:
    """What one implementation did.

    Attributes:
        implementation: the folder's name.
        dgemm: the file that dgemm_ comes from.
        mapped: the BLAS files of its space.
        says: what it says about itself.
        gflops: billions of operations a second.
        error: how far its product is from the true one, at most.
    """

    implementation: str
    dgemm: str
    mapped: list[str]
    says: str | None
    gflops: float
    error: float


def implementations() -> list[Path]:
    """The folders that hold an implementation, by name."""
    return sorted(path.parent for path in Path("/usr/lib").glob(f"*/*/{SONAME}"))


def main() -> int:
    parser = argparse.ArgumentParser(description="Four BLAS implementations in one process.")
    parser.add_argument("--size", type=int, default=384, help="rows of the matrices (384)")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    arguments = parser.parse_args()
    folders = implementations()
    if not folders:
        print_error(f"no {SONAME} in a folder of its own here; install {PACKAGES}")
        return 2
    subprocess.run(["make", "--silent", "-C", str(HERE)], check=True)
    findings = measure_all(folders, arguments.size)
    if arguments.json:
        print_json([asdict(each) for each in findings])
    else:
        print_findings(findings)
    return report_faults(findings)


def measure_all(folders: list[Path], size: int) -> list[Finding]:
    """Loads every implementation first: they are side by side while each is measured."""
    loaded = {folder: load(folder) for folder in folders}
    return [measure(folder, library, size) for folder, library in loaded.items()]


def load(folder: Path) -> Library:
    space = Space(folder.name, search_path=[folder])
    library = space.load(str(HERE / "libproduct.so"))
    library.blas_file.restype = library.blas_says.restype = ctypes.c_char_p
    library.multiply.restype = None
    return library


def measure(folder: Path, library: Library, size: int) -> Finding:
    matrix = ctypes.c_double * (size * size)
    a = matrix(*(column + 1 for column in range(size) for _ in range(size)))
    b = matrix(*(1 / (row + 1) for _ in range(size) for row in range(size)))
    c = matrix()
    library.multiply(size, a, b, c)  # the first call may start threads
    began = time.perf_counter()
    library.multiply(size, a, b, c)
    seconds = time.perf_counter() - began
    # Every element is the sum of (k+1)/(k+1) over k.
    error = max(abs(value - size) for value in c)
    says = library.blas_says()
    return Finding(
        implementation=folder.name,
        dgemm=library.blas_file().decode(),
        mapped=blas_files(library.space),
        says=says and says.decode(),
        gflops=round(2 * size**3 / seconds / 1e9, 1),
        error=error,
    )


def blas_files(space: Space) -> list[str]:
    words = ("blas", "atlas", "blis")
    return [each.path for each in space.images if any(word in each.soname for word in words)]


def print_findings(findings: list[Finding]) -> None:
    rows = [
        (
            each.implementation,
            each.dgemm,
            each.says or "-",
            f"{each.gflops:.1f}",
            f"{each.error:.0e}",
        )
        for each in findings
    ]
    print_table(["space", "its dgemm comes from", "and says", "GFLOPS", "error"], rows)


def report_faults(findings: list[Finding]) -> int:
    faults = [
        f"{each.implementation}: its dgemm comes from {each.dgemm}"
        for each in findings
        if Path(each.dgemm).parent.name != each.implementation
    ]
    faults += [
        f"{each.implementation}: its product is wrong by {each.error}"
        for each in findings
        if not each.error <= TOLERANCE
    ]
    for fault in faults:
        print_error(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
