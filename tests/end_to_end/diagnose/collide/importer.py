"""Imports packages and ends at once; run with LD_DEBUG=bindings.

usage: importer.py local|global FILE PACKAGE...

FILE gets the path of every file that is mapped in the end.  The package "stdlib" stands for every
compiled module of the standard library.
"""

import os
import sys
import warnings
from pathlib import Path

mode, listing, *packages = sys.argv[1:]
warnings.simplefilter("ignore")
if mode == "global":
    sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)
if packages == ["stdlib"]:
    folder = Path(os.__file__).with_name("lib-dynload")
    packages = sorted(path.name.partition(".")[0] for path in folder.iterdir())
for package in packages:
    try:
        __import__(package)
    except ImportError:
        if sys.argv[3] != "stdlib":
            raise
maps = Path("/proc/self/maps").read_text()
Path(listing).write_text("\n".join({line.split()[-1] for line in maps.splitlines()}))
os._exit(0)  # what a clash does at exit is no business of this test
