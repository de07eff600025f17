"""Reports as JSON: docs/reference/json.md describes every field."""

from __future__ import annotations

from collections.abc import Sequence

from isolde.diagnose.check.facts import FAULT, WARNING, Finding, Report, SymbolFact


def document_of(root: str, reports: list[Report]) -> dict[str, object]:
    """What --json prints."""
    return {"root": root, "files": [_report(each) for each in reports]}


def _report(report: Report) -> dict[str, object]:
    return {
        "file": report.file,
        "path": report.path,
        "machine": report.machine,
        "python": report.python,
        "host": report.host,
        "faults": report.count(FAULT),
        "warnings": report.count(WARNING),
        "findings": [_finding(each) for each in report.findings],
        "objects": list(report.objects),
        "versions": [
            {
                "library": need.library,
                "version": need.version,
                "path": need.path,
                "asked_by": list(need.asked_by),
            }
            for need in report.versions
        ],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "object": finding.object,
        "message": finding.message,
        "fixes": list(finding.fixes),
        "details": list(finding.details),
        "library": finding.library,
        "version": finding.version,
        "symbols": _symbols(finding.symbols),
        "tried": [each._asdict() for each in finding.tried],
        "objects": list(finding.objects),
    }


def _symbols(symbols: Sequence[SymbolFact]) -> list[dict[str, object]]:
    from isolde.demangle import readable

    texts = readable([each.name for each in symbols])
    return [
        {
            "name": each.name,
            "version": each.version,
            "readable": None if text == each.name else text,
            "asked_by": list(each.asked_by),
            "providers": [provider._asdict() for provider in each.providers],
        }
        for each, text in zip(symbols, texts, strict=True)
    ]
