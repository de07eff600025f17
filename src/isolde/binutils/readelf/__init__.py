"""`readelf`: what stands in ELF files, in the words of GNU's readelf 2.40, or as facts.

A file for each display (`-h` is `header`, `-S` is `sections`, …), `displays` has their order.
"""

from isolde.binutils.readelf.displays import Displays, facts_of, text_of
from isolde.binutils.readelf.subject import Subject

__all__ = ["Displays", "Subject", "facts_of", "text_of"]
