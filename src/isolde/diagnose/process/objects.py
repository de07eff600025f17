"""From a link map, or from a mapping that no link map accounts for, to an object's facts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from isolde.diagnose.process.disk import Disk
from isolde.diagnose.process.facts import LoadedObject
from isolde.diagnose.process.image import Image
from isolde.diagnose.process.linkmaps import LinkMap
from isolde.diagnose.process.mappings import Mapping, Mappings
from isolde.diagnose.process.memory import Memory, UnreadableError

_NEARBY = 64  # mappings below a dynamic section among which its object's first page is looked for


class Objects:
    """Describes the objects of one process.

    Args:
        memory: the process's.
        mappings: what it has mapped.
        disk: what its paths lead to.
        program: its program.
    """

    def __init__(self, memory: Memory, mappings: Mappings, disk: Disk, program: Image) -> None:
        self._memory = memory
        self._mappings = mappings
        self._disk = disk
        self._program = program
        self._labels: dict[tuple[object, ...], tuple[str | None, str | None]] = {}

    # ---- of a link map ---------------------------------------------------------------------------

    def describe_all(self, link_maps: Sequence[LinkMap]) -> tuple[LoadedObject, ...]:
        """The objects of LINK_MAPS that are (still) mapped, in their order."""
        found = (self.describe(each) for each in link_maps)
        return tuple(each for each in found if each is not None)

    def describe(self, link_map: LinkMap) -> LoadedObject | None:
        """The object of LINK_MAP; None: it is not mapped any more."""
        found = self._mappings.at(link_map.dynamic)
        if found is None:
            return None
        image = self._image(link_map, found)
        start, end = (found.start, found.end) if image is None else image.span
        if not found.is_file:  # its data may be a copy, in anonymous memory
            found = self._mappings.at(start) or found
        soname, build_id = self._label(found, image)
        return LoadedObject(
            path=self._disk.path(found) or link_map.name,
            name=link_map.name,
            soname=soname,
            base=link_map.bias,
            start=start,
            end=end,
            build_id=build_id,
            executable=self._has_code(start, end),
            on_disk=self._disk.judge(found, link_map.name, lambda: build_id),
        )

    def _image(self, link_map: LinkMap, found: Mapping) -> Image | None:
        """The ELF object with that dynamic section: its header is mapped at, or below, its base."""
        if link_map.dynamic == self._program.dynamic_address:
            return self._program
        for start in self._starts(link_map, found):
            try:
                image = Image.at(self._memory, start)
            except UnreadableError:
                continue
            if image.dynamic_address == link_map.dynamic:
                return image
        return None

    def _starts(self, link_map: LinkMap, found: Mapping) -> Iterator[int]:
        if link_map.bias:
            yield link_map.bias
        position = self._mappings.position(found.start) or 0
        for each in self._mappings.all[position : max(position - _NEARBY, 0) : -1]:
            if each.offset == 0 and each.same_file(found):
                yield each.start

    def _label(self, found: Mapping, image: Image | None) -> tuple[str | None, str | None]:
        """Soname and build-id, read once for each file."""
        if image is None:
            return None, None
        file = (found.device, found.inode, found.name)
        key = file if found.is_file else (*file, image.bias)
        if key not in self._labels:
            self._labels[key] = image.soname, image.build_id
        return self._labels[key]

    def _has_code(self, start: int, end: int) -> bool:
        position = self._mappings.position(start)
        for each in self._mappings.all[position:] if position is not None else ():
            if each.start >= end:
                return False
            if each.is_executable:
                return True
        return False

    # ---- of no link map --------------------------------------------------------------------------

    def unlisted(self, listed: list[LoadedObject]) -> tuple[LoadedObject, ...]:
        """ELF files that are mapped outside the addresses of the LISTED objects."""
        spans = sorted({(each.start, each.end) for each in listed})
        starts = [start for start, _ in spans]
        found: list[LoadedObject] = []
        free = 0
        for each in self._mappings.all:
            before = bisect_right(starts, each.start) - 1
            taken = before >= 0 and each.start < spans[before][1]
            if taken or each.start < free or each.offset or not each.is_file:
                continue
            if (described := self._describe_unlisted(each)) is not None:
                found.append(described)
                free = described.end
        return tuple(found)

    def _describe_unlisted(self, mapping: Mapping) -> LoadedObject | None:
        try:
            image = Image.at(self._memory, mapping.start)
        except UnreadableError:
            return None
        end = self._mapped_until(mapping, image.span[1])
        executable = self._has_code(mapping.start, end)
        # A file that is mapped as data is in one piece, so its tables are not where they would be.
        soname, build_id = self._label(mapping, image) if executable else (None, None)
        return LoadedObject(
            path=self._disk.path(mapping),
            name=None,
            soname=soname,
            base=None,
            start=mapping.start,
            end=end,
            build_id=build_id,
            executable=executable,
            on_disk=self._disk.judge(mapping, None, lambda: image.build_id),
        )

    def _mapped_until(self, first: Mapping, limit: int) -> int:
        """Where the mappings of one file end that follow FIRST, up to LIMIT."""
        end = first.end
        position = self._mappings.position(first.start) or 0
        for each in self._mappings.all[position + 1 :]:
            if each.start >= limit or each.start != end or not each.same_file(first):
                break
            end = each.end
        return end


def describe_mapped_files(mappings: Mappings, disk: Disk) -> tuple[LoadedObject, ...]:
    """Files that are mapped as code, one object each: all that is known without the memory."""
    files: dict[tuple[int, int, str], list[Mapping]] = {}
    for each in mappings.all:
        if each.is_file:
            files.setdefault((each.device, each.inode, each.name), []).append(each)
    return tuple(
        LoadedObject(
            path=disk.path(parts[0]),
            name=None,
            soname=None,
            base=None,
            start=parts[0].start,
            end=parts[-1].end,
            build_id=None,
            executable=True,
            on_disk=disk.judge(parts[0], None, lambda: None),
        )
        for parts in files.values()
        if any(each.is_executable for each in parts)
    )
