"""What a network says of its parts once they are made: whose weights they share, and which are frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from torch import nn

from archlens.graph.model import Node
from archlens.pytorch.export.layout import Bracketed, laid_out
from archlens.pytorch.export.names import attribute, is_refused
from archlens.pytorch.export.tree import Part, Tree

__all__ = ["closing_lines"]

_INDENT = 8
_FEW = 2  # tensors of a layer that are shared a line each


def closing_lines(tree: Tree) -> list[str]:
    """The statements at the end of the network's `__init__`; `share` is the helper of that name."""
    return [*_shared(tree), *_frozen(tree)]


def _text(part: Part) -> str:
    """How the network calls one of its parts."""
    if part.owner is None:
        return "self"
    kinds = (nn.Module, nn.Sequential, nn.ModuleDict)
    refusing = next((kind for kind in kinds if is_refused(part.name, kind)), nn.Module)
    return attribute(_text(part.owner), part.name, refusing)


def _each(parts: Sequence[str], *statements: str) -> list[str]:
    """Statements about `{part}` for every part, in a loop over three and more."""
    if len(parts) < 3:
        return [" " * _INDENT + one.format(part=part) for part in parts for one in statements]
    return [
        *laid_out(Bracketed("", tuple([("", part) for part in parts])), _INDENT, "for part in ", ":"),
        *[" " * (_INDENT + 4) + one.format(part="part") for one in statements],
    ]


# ---- shared weights ----


def _tensors(node: Node) -> list[str]:
    """The parameters and buffers of a layer."""
    return [*node.layer.parameter_shapes(*node.input_shapes), *node.layer.buffer_shapes(*node.input_shapes)]


def _shared(tree: Tree) -> list[str]:
    nodes = tree.graph.nodes
    places = {node.path: part for node, part in zip(nodes, tree.places, strict=True)}
    owners = {
        id(tree.places[number]): places[node.owner]
        for number, node in enumerate(nodes)
        if node.owner != node.path and _tensors(node)
    }
    found: dict[tuple[str, ...], list[str]] = {}
    for part in _sharing(tree.root, tree, owners) if owners else ():
        owner = _owner(part, tree, owners)
        assert owner is not None
        names = _tensors(nodes[part.leaf]) if part.leaf is not None and not part.parts else []
        whose = _text(owner).replace("{", "{{").replace("}", "}}")
        if names and len(names) <= _FEW and not any("." in name for name in names):
            statements = tuple([f"{{part}}.{name} = {whose}.{name}" for name in names])
        else:
            statements = (f"share({{part}}, {whose})",)
        found.setdefault(statements, []).append(_text(part))
    return [line for statements, parts in found.items() for line in _each(parts, *statements)]


def _sharing(part: Part, tree: Tree, owners: Mapping[int, Part]) -> Iterable[Part]:
    """The largest parts whose weights are all those of another part that looks alike."""
    if _owner(part, tree, owners) is not None:
        yield part
        return
    for inner in part.parts.values():
        yield from _sharing(inner, tree, owners)


def _owner(part: Part, tree: Tree, owners: Mapping[int, Part]) -> Part | None:
    """The part whose weights all of `part` uses, layer by layer; None where there is none."""
    mine = dict(_layers(part, tree))
    first = next((name for name, one in mine.items() if id(one) in owners), None)
    if first is None:
        return None
    owner: Part | None = owners[id(mine[first])]
    for _ in first:
        owner = owner.owner if owner is not None else None
    if owner is None or [*_modules(owner, tree)] != [*_modules(part, tree)]:
        return None
    theirs = dict(_layers(owner, tree))
    alike = [*theirs] == [*mine] and all(owners.get(id(one)) is theirs[name] for name, one in mine.items())
    return owner if alike else None


def _modules(part: Part, tree: Tree, name: tuple[str, ...] = ()) -> Iterable[tuple[str, ...]]:
    """The names of the layers in a part that are modules."""
    if part.leaf is not None and tree.is_module(part.leaf):
        yield name
    for inner in part.parts.values():
        yield from _modules(inner, tree, (*name, inner.name))


def _layers(part: Part, tree: Tree, name: tuple[str, ...] = ()) -> Iterable[tuple[tuple[str, ...], Part]]:
    """The layers in a part that have parameters or buffers, by their names in it."""
    if part.leaf is not None and _tensors(tree.graph.nodes[part.leaf]):
        yield name, part
    for inner in part.parts.values():
        yield from _layers(inner, tree, (*name, inner.name))


# ---- frozen layers ----


def _frozen(tree: Tree) -> list[str]:
    frozen, trained = [[*_largest(tree.root, tree, trainable)] for trainable in (False, True)]
    if len(frozen) <= 1 + len(trained):
        return _each(frozen, "{part}.requires_grad_(False)")
    rest = _each(trained, "{part}.requires_grad_(True)")
    return [f"{' ' * _INDENT}self.requires_grad_(False)", *rest]


def _largest(part: Part, tree: Tree, trainable: bool) -> Iterable[str]:
    """The largest parts whose parameters are all trained, or all frozen; what is shared is told of its owner."""
    nodes = [tree.graph.nodes[one.leaf] for _, one in _layers(part, tree) if one.leaf is not None]
    nodes = [node for node in nodes if node.layer.parameter_shapes(*node.input_shapes)]
    found = {node.trainable for node in nodes}
    if all(node.owner != node.path for node in nodes):
        return
    if found == {trainable}:
        yield _text(part)
    elif trainable in found:
        if part.leaf is not None and tree.graph.nodes[part.leaf].trainable == trainable:
            node = tree.graph.nodes[part.leaf]  # a layer with others in it that are not as it is
            yield from [f"{_text(part)}.{name}" for name in node.layer.parameter_shapes(*node.input_shapes)]
        for inner in part.parts.values():
            yield from _largest(inner, tree, trainable)
