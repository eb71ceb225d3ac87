"""The face a person holds: a spec, and what follows from it, computed when asked."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from archlens.errors import SpecError, UsageError
from archlens.graph.build import MAX_LAYERS, build
from archlens.layers.dtypes import FIGURES_DTYPE, value_bytes
from archlens.spec.expectations import BYTES
from archlens.spec.extending import without_figures
from archlens.spec.load import load_specs, spec_of_text
from archlens.spec.model import Spec
from archlens.spec.variants import resized

if TYPE_CHECKING:
    from archlens.analysis.facts import Analysis
    from archlens.analysis.sight import Sight
    from archlens.analysis.traced import Trace
    from archlens.analysis.verification import Verification
    from archlens.analysis.walk import FieldWalk
    from archlens.graph.model import Graph
    from archlens.pytorch.build import BuiltNetwork
    from archlens.report.comparison import Comparison
    from archlens.report.diff.shown import ShownDifference

__all__ = ["Network", "compare", "diff", "family", "load", "load_all", "load_text"]

Size: TypeAlias = str | Sequence[int]


class Network:
    """One network: `spec` as declared, `graph` compiled, `analyze()` for every figure."""

    def __init__(self, spec: Spec, batch: int = 1, max_layers: int = MAX_LAYERS, dtype: str = FIGURES_DTYPE) -> None:
        self.spec = spec
        self.batch = batch
        self.max_layers = max_layers
        self.dtype = dtype

    @cached_property
    def graph(self) -> Graph:
        """The layer graph; raises SpecError with every fault of the spec."""
        from archlens.report.notebook import ShownGraph

        with _collector_paused():
            return ShownGraph(*build(self.spec, self.batch, self.max_layers))

    @cached_property
    def _analysis(self) -> Analysis:
        from archlens.analysis.run import analyze
        from archlens.report.notebook import ShownAnalysis

        graph = self.graph
        with _collector_paused():
            return ShownAnalysis(*analyze(graph, self.dtype))

    def analyze(self, policy: str | None = None) -> Analysis:
        """Every figure; raises SpecError with every fault of the spec.

        policy: another tool, `fvcore`, `ptflops`, `thop` or `darknet`; `recount` then holds what that tool counts for the
        network, and why. Raises UsageError for a policy there is none of, or a batch that the tool does not count.
        """
        if policy is None:
            return self._analysis
        from archlens.analysis.policies.recount import recounted

        return recounted(self._analysis, self.graph, policy)

    def sight(self, at: str | None = None, unit: Sequence[int] | None = None) -> Sight:
        """What one unit of a layer sees of the input: its stretch with and without padding, and every pixel of it.

        at: a layer's path or the end of it, by default the last one that moves a window. unit: its index along each axis,
        by default the centre. Raises UsageError for a layer or unit that there is not.
        """
        from archlens.analysis.sight import sight

        return sight(self.graph, at, unit)

    def walk(self, at: str | None = None) -> FieldWalk:
        """How a receptive field grows: the layers that widen or move it, on the way that sees the most, from the input on.

        at: a layer's path or the end of it, by default the last one that moves a window. Raises UsageError for a layer that
        there is not, or that sees no input with spatial axes.
        """
        from archlens.analysis.walk import field_walk

        return field_walk(self.graph, at)

    def expand(self) -> str:
        """The plain layer list as a spec: no blocks, no parameters, every default spelled out."""
        from archlens.report.expand import expand

        return expand(self.graph)

    def explain(
        self, *layers: str, form: str = "text", width: int = 80, paint: Callable[[str, str], str] = lambda text, role: text
    ) -> str:
        """Where the figures come from: of the network, or of the layers and blocks named by path, `as:`, end of a path or glob.

        form: `text`, `markdown` or `json`. width, paint: of text, for a terminal. Raises UsageError for an unknown layer.
        """
        from archlens.report.explain import FORMATS, explain_network

        if form not in FORMATS:
            raise UsageError(f"form must be one of {', '.join(FORMATS)}, not {form!r}")
        return explain_network(self.graph, self.analyze(), layers, form, width, paint)

    def diagram(
        self,
        form: str = "svg",
        level: str | None = None,
        fold: Sequence[str] = (),
        unfold: Sequence[str] = (),
        theme: str = "auto",
        color: str = "family",
        direction: str = "down",
        columns: int | None = None,
    ) -> str | bytes:
        """The network as boxes and arrows: text, but for `png` and `pdf`.

        form: `svg`, `png`, `pdf`, `dot`, `mmd`, `txt` or `json`. level: `layer`, `block` or `stage`, by default the deepest of at
        most 40 boxes. fold, unfold: globs over the paths of blocks to close and to open; fold wins. theme: `auto` (an SVG
        follows its reader), `light`, `dark` or `paper`. color: what colours say: `family`, `params`, `macs`, `memory`,
        `receptive-field` or `trainable`. direction: `down` or `right`. columns: how many side by side at most, by default
        what comes nearest to a slide; rows, to the right. Raises UsageError for a word that is none of these, a glob
        that matches nothing, more boxes than can be read, and where Graphviz is wanted and is not there.
        """
        from archlens.report.diagram.fold import diagram
        from archlens.report.diagram.written import Look, drawn

        with _collector_paused():
            folded = diagram(self.graph, self.analyze(), level, fold, unfold)
        return drawn(folded, form, Look(theme, color, direction, columns))

    def report(self, title: str = "", told: Callable[[str], None] = lambda note: None) -> str:
        """A page on which the network can be understood, as the text of one HTML file that needs nothing else.

        title: by default the network's own. Without Graphviz a text tree stands for the diagram; told: hears why.
        """
        from archlens.report.site.network import drawn, network_page

        scene, why = drawn(self.graph, self.analyze())
        if why:
            told(why)
        return network_page(self.spec, self.graph, self.analyze(), scene or why, title)

    def build(self, device: str = "cpu", dtype: str | None = None) -> BuiltNetwork:
        """The network as a PyTorch module that trains; its submodules are called by the paths of the layers.

        device: where its parameters lie; on `meta` they take no memory. dtype: by default that of `load`. Raises UsageError
        without PyTorch, for a device or dtype that it lacks and for a layer that it has nothing for.
        """
        from archlens.pytorch.build import build
        from archlens.pytorch.devices import device_named, dtype_named

        return build(self.graph, device_named(device), dtype_named(dtype or self.dtype))

    def export(self) -> str:
        """The network as the text of a PyTorch file that stands alone: blocks as classes, repeats as loops.

        Its last class has the names, shapes and outputs of `build`. Raises UsageError as `build` does.
        """
        from archlens.pytorch.export import export

        return export(self.graph)

    def trace(self, device: str = "cpu") -> Trace:
        """What PyTorch makes of the network: run once for inference, measured layer by layer. Raises as `verify` does."""
        from archlens.pytorch.trace import trace

        return trace(self.graph, self.analyze(), device)

    def verify(
        self, device: str = "auto", policy: str | None = None, told: Callable[[str], None] = lambda step: None
    ) -> Verification:
        """Every computed fact held against a run in PyTorch.

        device: `cpu`, `cuda`, `meta`, or `auto`, the best that can bear it. policy: as in `analyze`; its count is held against
        the tool, where that is installed. Raises SpecError where PyTorch refuses to run what archlens accepts, and UsageError
        without PyTorch, for a device, dtype or layer that it lacks, a policy there is none of and where memory runs out.
        told: hears what is being done.
        """
        from archlens.pytorch.verify import verify_network

        return verify_network(self.graph, self.analyze(), device, policy, told)

    def _repr_html_(self) -> str:
        """What a notebook shows: the analysis, or the faults of the spec."""
        from archlens.report.notebook import shown_faults, shown_html

        try:
            return shown_html(self.analyze())
        except SpecError as error:
            return shown_faults(error)

    def __repr__(self) -> str:
        variant = f":{self.spec.variant}" if self.spec.variant else ""
        return f"<Network {self.spec.name} from {self.spec.source.name}{variant}>"


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Graphs and analyses are trees of tuples that all stay: with 100,000 layers Python's cycle collector
    would walk them over and over (half of the time) and find nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load(
    target: str,
    *,
    params: Mapping[str, Any] | None = None,
    input: Size | Mapping[str, Size] | None = None,
    batch: int = 1,
    max_layers: int = MAX_LAYERS,
    dtype: str = FIGURES_DTYPE,
) -> Network:
    """The network that `target` names: a path or a shipped name, with `:variant` where there are several.

    params: parameters to set, e.g. `{"alpha": 0.5}`. input: another input size, `"3x256x256"` or `(3, 256, 256)`,
    or one for each name of an input. batch: samples at once. dtype: of all values, as torch names it; bytes follow from it.
    Raises SpecError for faults in the file and UsageError for what cannot be met: a target, parameter, input or
    variant there is none of.

    >>> load("resnet50").analyze().totals.params
    25557032
    """
    return load_all(target, params=params, input=input, batch=batch, max_layers=max_layers, dtype=dtype)[0]


def load_all(
    target: str,
    *,
    params: Mapping[str, Any] | None = None,
    input: Size | Mapping[str, Size] | None = None,
    batch: int = 1,
    max_layers: int = MAX_LAYERS,
    dtype: str = FIGURES_DTYPE,
) -> list[Network]:
    """As `load`; `target:all` gives a network for every variant."""
    if not isinstance(batch, int) or isinstance(batch, bool) or batch < 1:
        raise UsageError(f"batch must be a whole number of at least 1, not {batch!r}")
    value_bytes(dtype)
    given = {name: _written(value) for name, value in (params or {}).items()}
    sizes = input if isinstance(input, Mapping) else {"": input} if input else {}
    found = []
    with _collector_paused():
        chosen = load_specs(target, given)
    for spec in chosen:
        if sizes:
            spec = resized(
                spec, {name: size if isinstance(size, str) else "x".join(map(str, size)) for name, size in sizes.items()}
            )
        if batch != 1:
            spec = without_figures(spec, "they are for a batch of 1")
        if dtype != FIGURES_DTYPE:
            spec = without_figures(spec, f"they are for {FIGURES_DTYPE}", BYTES)
        network = Network(spec, batch, max_layers, dtype)
        if spec.faults:
            network.graph  # noqa: B018 - raises them, with what building finds besides
        found.append(network)
    return found


def family(name: str) -> list[Network]:
    """Every variant of a spec; the one network where it has none. Raises as `load` does."""
    try:
        return load_all(f"{name}:all")
    except UsageError:
        return load_all(name)


def load_text(text: str, name: str = "<text>") -> Network:
    """The network that a spec's text declares; its first variant where it has several. Raises as `load` does.

    name: what messages and reports call it.

    >>> load_text("archlens: 1\\ninput: 3x32x32\\nlayers: [conv: 16 3x3]").analyze().totals.params
    448
    """
    network = Network(spec_of_text(text, name))
    if network.spec.faults:
        network.graph  # noqa: B018 - raises them, with what building finds besides
    return network


def compare(
    *networks: str | Network,
    preset: str | None = None,
    columns: Sequence[str] | None = None,
    sort: str | None = None,
    ascending: bool = False,
    where: str | None = None,
) -> Comparison:
    """Networks side by side, a row each; a notebook shows the table, `render(form)` gives it as text.

    networks: as `load_all` takes them, or loaded. preset: `lineage`, `efficiency`, `memory`, `reach` or `heads`, which names
    columns, and networks where none are given. columns: figures and fields of `meta`. sort: one of them; numbers descending
    unless `ascending`. where: a condition on them, as `"year < 2016 and params < 30M"`. Raises as `load` does, and UsageError
    for a name there is none of, a condition that is none and an order that there cannot be.

    >>> [one.title for one in compare("vgg16", "resnet50", where="params < 100M").analyses]
    ['ResNet · resnet50']
    """
    from archlens.report.comparison import compared, preset_named

    if not networks and preset is None:
        raise UsageError("name networks to compare, or a preset")
    chosen = networks or preset_named(preset or "").specs
    analyses = [network.analyze() for one in chosen for network in (load_all(one) if isinstance(one, str) else [one])]
    return compared(analyses, columns, sort, ascending, where, preset)


def diff(old: str | Network, new: str | Network) -> ShownDifference:
    """What makes `new` of `old`: layers added, removed and changed, and what that costs; it prints itself.

    Each as `load` takes it, `REV:path` as a git revision has it, or loaded. Raises as `load` does.

    >>> [change.layer.path for change in diff("vgg16", "vgg19").of("added")][::2]
    ['stage3/ConvRelu4/conv', 'stage4/ConvRelu4/conv', 'stage5/ConvRelu4/conv']
    """
    from archlens.analysis.difference import difference
    from archlens.report.diff.shown import ShownDifference

    one, other = [load(side) if isinstance(side, str) else side for side in (old, new)]
    with _collector_paused():
        return ShownDifference(*difference((one.graph, one.analyze()), (other.graph, other.analyze())))


def _written(value: Any) -> str:
    """A parameter's value as a spec writes it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
