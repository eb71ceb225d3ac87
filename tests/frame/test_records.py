"""`archlens.records.NamedTuple` against the one of `typing`: the same classes, as far as anyone can tell."""

from __future__ import annotations

import pickle
import sys
import typing

import pytest

from archlens import records

BODY = '''
class {name}(NamedTuple):
    """What it is."""

    first: int
    second: tuple[str, ...] = ()
    third: Unknown | None = None

    @property
    def total(self) -> int:
        return self.first + len(self.second)

    @classmethod
    def one(cls) -> object:
        return cls(1)

    def __repr__(self) -> str:
        return f"<{{self.first}}>"
'''


def made(source, name):
    """The class that a body makes on top of a NamedTuple."""
    space = {"NamedTuple": source.NamedTuple, "__name__": __name__}
    exec("from __future__ import annotations\n" + BODY.format(name=name), space)
    setattr(sys.modules[__name__], name, space[name])
    return space[name]


OURS, THEIRS = made(records, "Ours"), made(typing, "Theirs")


@pytest.mark.parametrize(
    "asked",
    [
        lambda cls: cls(1, ("a",)),
        lambda cls: cls(first=2, third=3)._asdict(),
        lambda cls: cls(1)._replace(second=("a", "b")).total,
        lambda cls: cls.one() == (1, (), None) and repr(cls.one()),
        lambda cls: (cls._fields, cls._field_defaults, cls.__match_args__, cls.__doc__, cls.__module__, cls.__bases__),
        lambda cls: (cls.first.__doc__, cls._make([1, 2, 3]), hash(cls(1)), cls(1) < cls(2), cls(1).__getnewargs__()),
        lambda cls: type(pickle.loads(pickle.dumps(cls(1, ("x",))))) is cls and pickle.loads(pickle.dumps(cls(1, ("x",)))),
        lambda cls: list(cls.__annotations__) == ["first", "second", "third"],
        lambda cls: type("Below", (cls,), {"more": 1})(4).total,
        lambda cls: hasattr(cls(1), "__dict__"),
    ],
)
def test_it_is_the_one_of_typing(asked):
    assert asked(OURS) == asked(THEIRS)


@pytest.mark.parametrize(
    "wrong", [lambda cls: cls(), lambda cls: cls(1, 2, 3, 4), lambda cls: cls(1, fourth=2), lambda cls: cls(1)._replace(fourth=1)]
)
def test_it_refuses_what_that_refuses(wrong):
    for cls in (OURS, THEIRS):
        with pytest.raises((TypeError, ValueError)):
            wrong(cls)
    for source in (records, typing):
        with pytest.raises(TypeError, match="default"):
            exec("class A(NamedTuple):\n    a: int = 1\n    b: int\n", {"NamedTuple": source.NamedTuple, "__name__": "x"})
