"""`nm`: the symbols of object files, each with the letter that tells what it is."""

from isolde.binutils.nm.letters import Letters
from isolde.binutils.nm.lines import Style, index_lines, lines
from isolde.binutils.nm.listing import Listing, Wanted, facts_of, listing_of

__all__ = [
    "Letters",
    "Listing",
    "Style",
    "Wanted",
    "facts_of",
    "index_lines",
    "lines",
    "listing_of",
]
