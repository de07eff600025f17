"""What the pools of benchmarks/interpreters.py have done, and nothing that takes time to import."""

from __future__ import annotations

_CANDIDATES = 60_000


def nothing(value: int) -> int:
    """The smallest task."""
    return value


def primes(limit: int = _CANDIDATES) -> int:
    """Plain computing: how many primes there are below ``limit``."""
    count = 0
    for candidate in range(2, limit):
        divisor = 2
        while divisor * divisor <= candidate and candidate % divisor:
            divisor += 1
        count += divisor * divisor > candidate
    return count


def double(array: object) -> object:
    """A numpy array, changed in place where the callee may, and given back."""
    array[0] += 1  # type: ignore[index]
    return array
