"""The object-file tools: what `nm`, `readelf`, `ar` and their kin do, a file or a folder each.

They stand on `isolde.elf`: facts first, then the text that GNU's tools print, or JSON.
"""
