"""Reports as text: the cause first, then the evidence, then what mends it."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.diagnose.check.facts import FAULT, WARNING, Finding, Report


def text_of(report: Report) -> str:
    """The lines about one file."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    if not report.findings:
        yield f"{report.file}: nothing is wrong ({_context(report)})"
        return
    for finding in report.findings:
        yield from _finding(report, finding)
    yield _summary(report)


def _finding(report: Report, finding: Finding) -> Iterator[str]:
    is_own = finding.object in (report.path, report.file)
    whose = "" if is_own else f"{finding.object}: "
    yield f"{report.file}: {finding.severity}: {whose}{finding.message}"
    for detail in finding.details:
        yield f"    {detail}"
    for number, fix in enumerate(finding.fixes):
        yield f"    {'fix' if number == 0 else ' or'}: {fix}"


def _summary(report: Report) -> str:
    counts = [_counted(report.count(severity), severity) for severity in (FAULT, WARNING)]
    told = " and ".join(count for count in counts if count)
    return f"{report.file}: {told} ({_context(report)})"


def _counted(count: int, what: str) -> str:
    return "" if count == 0 else f"{count} {what}{'' if count == 1 else 's'}"


def _context(report: Report) -> str:
    parts = [_counted(len(report.objects), "object")] if report.objects else ["nothing loaded"]
    if report.python is not None:
        parts.append(f"a module for Python {report.python}")
    if report.host is not None:
        parts.append(f"opened by {report.host}")
    newest = _newest(report)
    if newest:
        parts.append(f"needs {newest}")
    return ", ".join(parts)


def _newest(report: Report) -> str:
    """The newest version of each kind that the file itself needs."""
    last: dict[str, str] = {}
    for need in report.versions:
        if report.path not in need.asked_by:
            continue
        family, _, number = need.version.rpartition("_")
        if family and number[:1].isdigit() and family in ("GLIBC", "GLIBCXX", "CXXABI"):
            last[family] = max(last.get(family, ""), need.version, key=_numbers)
    return ", ".join(last.values())


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.rpartition("_")[2].split(".") if part.isdigit()]
