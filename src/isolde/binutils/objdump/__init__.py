"""`objdump`: what stands in ELF files, in the words of GNU's objdump 2.40, or as facts.

A file for each display (`-h` is `section_headers`, `-t` is `symbols`, …), `displays` has their
order.  objdump sees a file through BFD, which leaves some sections out, counts them anew and
knows every machine by a name of its own: `view` and `target` have those rules.
"""
