"""Named tuples for commands that must be quick: importing `typing` takes longer than their work.

    from isolde.record import NamedTuple

is `typing.NamedTuple` to a type checker, and does the same when it runs: fields with defaults,
methods, `_replace`, `_asdict`, `_make`, `_fields`.
"""

from __future__ import annotations

from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class _Maker(type):
        """Makes a subclass of tuple of each class that names `NamedTuple` as its base."""

        def __new__(cls, name, bases, namespace):
            if not bases:
                return super().__new__(cls, name, bases, namespace)
            fields = tuple(namespace.get("__annotations__", ()))
            defaults = tuple(namespace.pop(field) for field in fields if field in namespace)
            for index, field in enumerate(fields):
                namespace[field] = property(itemgetter(index))
            made = {
                "__slots__": (),
                "_fields": fields,
                "__match_args__": fields,
                "__new__": _constructor(name, fields, defaults),
                "__repr__": _repr,
                "__getnewargs__": _newargs,
                "_replace": _replace,
                "_asdict": _asdict,
                "_make": classmethod(tuple.__new__),
            }
            return type(name, (tuple,), {**made, **namespace})

    class NamedTuple(metaclass=_Maker):
        """The base of classes whose annotated names are a tuple's fields."""

    def _constructor(name, fields, defaults):
        count, first_default = len(fields), len(fields) - len(defaults)

        def __new__(cls, *values, **named):  # noqa: N807 (it is one)
            if named or len(values) != count:
                values = (*values, *_remaining(values, named))
            return tuple.__new__(cls, values)

        def _remaining(values, named):
            if len(values) > count:
                raise TypeError(f"{name} has {count} fields, got {len(values)} values")
            for at in range(len(values), count):
                if fields[at] in named:
                    yield named.pop(fields[at])
                elif at >= first_default:
                    yield defaults[at - first_default]
                else:
                    raise TypeError(f"{name} needs a value for {fields[at]!r}")
            if named:
                raise TypeError(f"{name} has no such field, or it is given twice: {[*named]}")

        return __new__

    def _newargs(self):
        return tuple(self)

    def _repr(self):
        values = ", ".join(f"{name}={self[at]!r}" for at, name in enumerate(self._fields))
        return f"{type(self).__name__}({values})"

    def _asdict(self):
        return dict(zip(self._fields, self, strict=True))

    def _replace(self, /, **changed):
        return type(self)(**{**_asdict(self), **changed})
