"""A process's facts as JSON values; docs/reference/json.md describes each field."""

from __future__ import annotations

from dataclasses import asdict

from isolde.diagnose.process.facts import DELETED, REPLACED, LoadedObject, LoadedProcess, Namespace
from isolde.diagnose.process.survey import Survey


def survey_document(survey: Survey, *, only_stale: bool = False) -> dict[str, object]:
    """Every process of SURVEY with its objects, and those that could not be read."""
    shown = [each for each in survey.processes if each.stale() or not only_stale]
    return _document(survey, [process_document(each, only_stale=only_stale) for each in shown])


def summary_document(survey: Survey, *, every: bool) -> dict[str, object]:
    """EVERY process of SURVEY in numbers, or those that are notable."""
    shown = survey.processes if every else survey.notable
    return _document(survey, [_summary(each) for each in shown])


def _document(survey: Survey, processes: list[dict[str, object]]) -> dict[str, object]:
    return {
        "processes": processes,
        "read": len(survey.processes),
        "refused": [asdict(each) for each in survey.refused],
        "forbidden": survey.forbidden,
    }


def process_document(process: LoadedProcess, *, only_stale: bool = False) -> dict[str, object]:
    """PROCESS with its namespaces and their objects.

    Args:
        process: what was read.
        only_stale: leave out objects whose files are neither deleted nor replaced, and
            namespaces that have no others.
    """
    namespaces = [_namespace(each, only_stale) for each in process.namespaces]
    return {
        **_identity(process),
        "note": process.note,
        "namespaces": [each for each in namespaces if each["objects"] or not only_stale],
        "unlisted": _objects(process.unlisted, only_stale),
    }


def _summary(process: LoadedProcess) -> dict[str, object]:
    return {
        **_identity(process),
        "link_maps": process.link_maps,
        "spaces": len(process.spaces),
        "objects": len(process.objects),
        "deleted": len(process.stale(DELETED)),
        "replaced": len(process.stale(REPLACED)),
    }


def _identity(process: LoadedProcess) -> dict[str, object]:
    return {
        **asdict(process.process),
        "bits": process.bits,
        "memory_read": process.memory_read,
        "changing": process.changing,
    }


def _namespace(namespace: Namespace, only_stale: bool) -> dict[str, object]:
    return {
        "kind": namespace.kind,
        "number": namespace.number,
        "name": namespace.name,
        "objects": _objects(namespace.objects, only_stale),
    }


def _objects(objects: tuple[LoadedObject, ...], only_stale: bool) -> list[dict[str, object]]:
    return [_object(each) for each in objects if each.is_stale or not only_stale]


def _object(loaded: LoadedObject) -> dict[str, object]:
    return {
        "path": loaded.path,
        "name": loaded.name,
        "soname": loaded.soname,
        "base": loaded.base,
        "start": loaded.start,
        "end": loaded.end,
        "size": loaded.size,
        "build_id": loaded.build_id,
        "executable": loaded.executable,
        "state": loaded.on_disk.state,
        "build_id_on_disk": loaded.on_disk.build_id,
    }
