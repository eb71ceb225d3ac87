"""What a layer type is: one small class that states local facts.

A layer knows its arguments and, given the shapes of its inputs, its outputs, its parameters, its work and
how its windows read. It knows nothing of its place in a graph, of devices, rendering or counting policies;
everything global follows from these facts in `analysis/`.

    class Linear(Layer):
        type_name = "linear"
        torch_name = "nn.Linear"
        out_features: Count
        bias: Flag = True

        def output_shapes(self, x): ...

Annotated names are the fields, in the order of the shorthand. Shapes carry the batch axis first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, ClassVar, dataclass_transform

from archlens.errors import LayerError, NoMapError
from archlens.layers.dims import Dim, Shape, prod, require, show
from archlens.layers.fields import Field, kind_of
from archlens.layers.keeping import Keeping
from archlens.layers.registry import TYPES
from archlens.layers.windows import POINTWISE, Along, AxisMap, Rearranged, Whole

__all__ = ["Layer", "require_positive"]


@dataclass_transform(frozen_default=True)
class Layer(Keeping):
    """The base of every layer type: immutable, compared by value.

    A subclass states `type_name` and the facts that differ from the defaults here, which describe an
    operation without parameters that keeps its single input's shape and works on each value alone.
    """

    type_name: ClassVar[str] = ""
    torch_name: ClassVar[str] = ""
    """The torch class or function this is, e.g. `nn.Conv{rank}d`; `{rank}` counts spatial axes, at least 1."""
    family: ClassVar[str] = ""
    """What kind of work it does: convolution, pooling, linear, normalization, activation, shape, join …"""
    inputs: ClassVar[tuple[int, int | None]] = (1, 1)
    """The fewest and the most inputs it takes; None is any number."""
    joins: ClassVar[bool] = False
    """Whether its line lists its inputs or forks (`add: [a, b]`), its arguments beside it. So where any number goes in."""
    mixes_channels: ClassVar[bool] = False
    """Whether every unit along axis 1 of the output reads all units along axis 1 of the input."""
    linear: ClassVar[bool] = False
    """Whether its outputs are weighted sums of its inputs' values and a constant, all inputs taken together, in training too
    (whatever is drawn there). Two such layers in a row are no more than one."""
    limits: ClassVar[tuple[float, float]] = (-inf, inf)
    """See `bounds`, where arguments do not matter."""
    example: ClassVar[tuple[str, str]] = ("", "")
    """Input sizes, without the batch and separated by `, ` where there are several, and the arguments in shorthand."""
    too_small: ClassVar[Mapping[str, str]] = {}
    """For fields, what to write instead of a number below 0, where that says more than the field's meaning."""
    formulas: ClassVar[Mapping[str, str]] = {}
    """The textbook text of `output_size` (per spatial axis), `params`, `macs` and `elementwise_ops` over
    the names of `variables`; a test evaluates each against the code."""
    reference: ClassVar[str] = ""
    """Where the formulas are from."""

    fields: ClassVar[tuple[Field, ...]] = ()
    field_names: ClassVar[tuple[str, ...]] = ()
    words: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """For the fields that take a bare word: which words."""

    _values: tuple[Any, ...]
    _hash: int

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = []
        for name, annotation in cls.__dict__.get("__annotations__", {}).items():  # noqa: RUF063 - inspect is slow to load
            if annotation.startswith("ClassVar") or name.startswith("_"):
                continue
            optional = annotation.endswith(" | None")
            kind = kind_of(annotation.removesuffix(" | None"))
            required = name not in cls.__dict__
            own.append(Field(name, kind, required, cls.__dict__.get(name), optional))
        cls.fields = tuple(f for f in cls.fields if f.name not in {o.name for o in own}) + tuple(own)
        cls.field_names = tuple(f.name for f in cls.fields)
        cls.words = {f.name: f.kind.choices for f in cls.fields if f.kind.choices}
        cls.joins = cls.joins or cls.inputs[1] is None
        if cls.__dict__.get("type_name"):
            TYPES.defined[cls.type_name] = cls

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if len(args) > len(self.fields):
            extra = args[len(self.fields)]
            takes = f"takes {', '.join(self.field_names)}" if self.fields else "takes no arguments"
            raise LayerError(f"{self.type_name} {takes}; nothing is left for {extra!r}", code="ARC112")
        given = dict(zip(self.field_names, args, strict=False))
        for name, value in kwargs.items():
            if name not in self.field_names:
                from archlens.layers.cures import argument_help  # only on the way to an error

                raise LayerError(f"{self.type_name} has no argument `{name}`", name, argument_help(type(self), name), "ARC112")
            if name in given:
                raise LayerError(f"{self.type_name}: {name} is given twice", name, code="ARC113")
            given[name] = value
        put = object.__setattr__
        for field in self.fields:
            if field.name in given:
                value = given[field.name]
                if value is not None or not field.optional:
                    try:
                        value = field.kind.accept(value, field.name)
                    except LayerError as error:
                        from archlens.layers.cures import value_help

                        help = error.help or value_help(type(self), field, value)
                        raise LayerError(f"{self.type_name}: {error.message}", error.argument, help, error.code) from None
                put(self, field.name, value)
            elif field.required:
                raise LayerError(
                    f"{self.type_name} needs {field.name}",
                    help=f"write `{self.type_name}: {self._usage()}`",
                    code="ARC111",
                )
            else:
                put(self, field.name, field.default)
        self.settle(lambda name, value: put(self, name, value))
        put(self, "_values", tuple(getattr(self, name) for name in self.field_names))

    def settle(self, put: Callable[[str, Any], None]) -> None:
        """Fill in defaults that depend on other arguments and refuse arguments that contradict each other."""

    @classmethod
    def documentation(cls) -> tuple[str, dict[str, str]]:
        """The first line of the docstring, and what it says of each field (`name: meaning`)."""
        lines = [line.strip() for line in (cls.__doc__ or "").strip().split("\n")]
        meanings = {}
        for line in lines[1:]:
            name, colon, meaning = line.partition(": ")
            if colon and name in cls.field_names:
                meanings[name] = meaning
        return lines[0], meanings

    @classmethod
    def _usage(cls) -> str:
        return " ".join(f"<{f.name}>" for f in cls.fields if f.required)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable; make a new one with {name}={value!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._values == other._values

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", hash((self.type_name, self._values)))
            return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values

    def __repr__(self) -> str:
        shown = [f"{n}={v!r}" for n, v in zip(self.field_names, self._values, strict=True)]
        return f"{type(self).__name__}({', '.join(shown)})"

    @property
    def arguments(self) -> dict[str, Any]:
        """Every argument by name, defaults included."""
        return dict(zip(self.field_names, self._values, strict=True))

    # ---- the local facts; a subclass states those that differ. Those about memory are in `keeping.py` ----

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        """The shapes that come out; raises LayerError when these inputs cannot go in."""
        return (inputs[0],)

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """Learnable tensors by torch's name."""
        return {}

    def buffer_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """State that is saved but not learned, by torch's name."""
        return {}

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which values each of its outputs lies, whatever arrives."""
        return self.limits

    def macs(self, *inputs: Shape) -> Dim:
        """Multiply–accumulates of convolutions and matrix products, bias not counted."""
        return 0

    def backward_macs(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Dim:
        """Multiply–accumulates of the backward pass. trained: whether its parameters learn. wanted: for each input, whether a
        gradient flows on to it. Asked only where one of them is so.

        By default that of a product: for each of its two factors that needs a gradient, the work of the forward pass again.
        """
        return self.macs(*inputs) * (int(trained) + sum(wanted))

    def elementwise_ops(self, *inputs: Shape) -> Dim:
        """Every other arithmetic operation: one per addition, product, comparison or function value."""
        return 0

    def windows(self, *inputs: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        """For each input, how the output reads it along each of its spatial axes."""
        return tuple((POINTWISE,) * (len(shape) - 2) for shape in inputs)

    def local_windows(self, *inputs: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        """As `windows`, with statistics over the map left out: the papers' reading."""
        return self.windows(*inputs)

    def reads(self, *inputs: Shape, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        """For each input, how output number `output` reads it along each axis after the batch.

        Follows from `windows` (or `local_windows`) where the axes are channels and space; layers on other axes say it
        themselves. A layer that takes away or adds axes is taken to read the whole of each.
        """
        out = self.output_shapes(*inputs)[output]
        rows = self.local_windows(*inputs) if local else self.windows(*inputs)
        found = []
        for shape, row in zip(inputs, rows, strict=True):
            if len(shape) != len(out):
                found.append((Along(None, Whole(shape[1])), *(_fixed(axis, n) for axis, n in zip(row, shape[2:], strict=True))))
                continue
            apart = not self.mixes_channels and shape[1] == out[1]
            channels = Along(1, POINTWISE) if apart else Along(None, Whole(shape[1]))
            found.append((channels, *(Along(i, axis) for i, axis in enumerate(row, 2))))
        return tuple(found)

    def rearranges(self, *inputs: Shape) -> Rearranged | None:
        """For a layer of one input that only puts its axes apart and together: how. It then goes before `reads`."""
        return None

    def variables(self, *inputs: Shape) -> dict[str, Any]:
        """The values of the names in `formulas`; a tuple holds one value per spatial axis."""
        return {}

    # ---- what follows from the facts ----

    def torch_kwargs(self, *inputs: Shape) -> dict[str, Any]:
        """The keyword arguments of `torch_name`, beside its inputs."""
        return self.arguments

    def torch_pad(self, *inputs: Shape) -> dict[str, Any] | None:
        """Keyword arguments of an `nn.functional.pad` to run first, for padding that `torch_name` cannot express."""
        return None

    def params(self, *inputs: Shape) -> Dim:
        """The number of learnable values."""
        return sum(prod(shape) for shape in self.parameter_shapes(*inputs).values())

    def spread(self, name: str, rank: int) -> tuple[Any, ...]:
        """Argument `name` as one value per spatial axis."""
        value = getattr(self, name)
        if not isinstance(value, tuple):
            return (value,) * rank
        if len(value) != rank:
            given = f"{len(value)} value{'' if len(value) == 1 else 's'}"
            axes = f"{rank} spatial ax{'is' if rank == 1 else 'es'}"
            raise LayerError(f"{self.type_name}: {name} has {given} for {axes}", name, f"give one value for all axes, or {rank}")
        return value

    def spatial_rank(self, shape: Shape, ranks: tuple[int, ...] = (1, 2, 3)) -> int:
        """The number of spatial axes of N×C×…; refuses an input that has none of `ranks`."""
        rank = len(shape) - 2
        if rank not in ranks:
            wanted = " or ".join(("C", "C×L", "C×H×W", "C×D×H×W")[r] for r in ranks)
            message = f"{self.type_name} needs an input {wanted}, got {show(shape)}"
            if rank == 0:
                raise NoMapError(message, help="`reshape` the vector to the map that you mean")
            help = "`untokens` makes a map of tokens T×F" if rank == 1 and 1 not in ranks else ""
            raise LayerError(message, help=help)
        return rank

    def axis(self, name: str, shape: Shape) -> int:
        """Argument `name` as an axis of `shape`, counted from the front; refuses the batch axis."""
        return self._axis(name, getattr(self, name), shape)

    def axes(self, name: str, shape: Shape) -> tuple[int, ...]:
        """Argument `name`, one axis of `shape` or several, counted from the front; refuses the batch axis, and an axis twice."""
        value = getattr(self, name)
        found = tuple([self._axis(name, axis, shape) for axis in (value if isinstance(value, tuple) else (value,))])
        twice = next((axis for i, axis in enumerate(found) if axis in found[:i]), None)
        if twice is not None:
            raise LayerError(f"{self.type_name}: {name} has axis {twice} of {show(shape)} twice", name, "name each axis once")
        return found

    def _axis(self, name: str, value: int, shape: Shape) -> int:
        index = value + len(shape) if value < 0 else value
        if not 0 <= index < len(shape):
            last = len(shape) - 1
            raise LayerError(
                f"{self.type_name}: {name}={value} is no axis of {show(shape)}, which has {len(shape)} with the batch",
                name,
                f"axes count from 1 to {last}, from the end -1 to -{last}",
            )
        if index == 0:
            cure = "axis 1 is the channels, 2 and up are spatial"
            if len(shape) == 3:
                cure = "of T×F, axis 1 is the tokens and 2 the features"
            elif len(shape) == 2:
                cure = "axis 1 is the features"
            raise LayerError(f"{self.type_name}: {name}={value} is the batch axis", name, cure)
        return index


def _fixed(axis: AxisMap, size: Dim) -> Along:
    return Along(None, axis if axis.step == 0 else Whole(size))


def require_positive(shape: Shape, layer: str, given: Shape, help: str) -> None:
    """Refuse an output with an empty spatial axis."""
    for size in shape[2:]:
        require(size >= 1, f"{layer}: the output would have size {{}} from an input {show(given)}", size, help=help)
