"""Attention with its projections: torch's multi-head attention."""

from __future__ import annotations

from typing import Any, ClassVar

from archlens.layers.attending import (
    SOFTMAX_OPS,
    Attended,
    backward_products,
    leading,
    query_row,
    require_heads,
    require_pairs,
    roles_of,
    surely_equal,
    whole_row,
)
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, prod
from archlens.layers.fields import Count, Flag, Probability
from archlens.layers.keeping import Held
from archlens.layers.strides import contiguous, stretched
from archlens.layers.windows import Along

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Layer):
    """Multi-head attention with its projections: linear layers to queries, keys and values, attention, a linear layer.

    Every token looks at all others and takes of each as much as its query fits their keys. Each head does so on its share of the
    features, so several relations are seen at once. The weights do not depend on the number of tokens; the work of the two
    products in the middle grows with its square.

    One input attends to itself; of two, the first asks and the second is key and value; three are query, key and value. Their
    features may differ: the query's are what comes out, and where the others differ from it the three projections have weights
    of their own names. What comes out are the tokens alone, not the weights.

    Both products of every head are counted in full, also under a causal mask. Operations: one per value for the biases of the
    projections, and 4 per weight of every head: the scale, and 3 for the softmax. Dropout is of training.

    num_heads: heads that the features are split into.
    dropout: the share of weights that training sets to 0.
    bias: whether the projections have biases.
    add_bias_kv: whether a learned key and value are added to those that arrive.
    add_zero_attn: whether a key and value of zeros are added.
    is_causal: whether a token reads only those up to its own place.
    """

    type_name = "multihead_attention"
    torch_name = "nn.MultiheadAttention"
    family = "attention"
    inputs = (1, 3)
    reference = "Vaswani et al., Attention Is All You Need, 2017, arXiv:1706.03762, section 3.2.2"
    example = ("197x768", "12")
    formulas: ClassVar = {
        "params": "E * (E + E_k + E_v + 3*B) + E * (E + B) + 2 * E * K",
        "macs": "L * (T*E*E + S*E_k*E + S*E_v*E + 2*T*A*E + T*E*E)",
        "elementwise_ops": "L * (B * (T + 2*S + T) * E + 4 * H * T * A)",
    }

    num_heads: Count
    dropout: Probability = 0.0
    bias: Flag = True
    add_bias_kv: Flag = False
    add_zero_attn: Flag = False
    is_causal: Flag = False

    def _sizes(self, *inputs: Shape) -> Attended:
        query, key, value = roles_of(inputs)
        lead = leading(self.type_name, (query, key, value), stretch=False)
        require_heads(self.type_name, self.num_heads, query[-1])
        require_pairs(self.type_name, key, value)
        return Attended(lead, query[-2], key[-2] + int(self.add_bias_kv) + int(self.add_zero_attn), query[-1])

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        sizes = self._sizes(*inputs)
        return ((*sizes.lead, sizes.queries, sizes.features),)

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        features, keys, values = (shape[-1] for shape in roles_of(inputs))
        shapes: dict[str, Shape] = {}
        if surely_equal(features, keys) and surely_equal(features, values):
            shapes["in_proj_weight"] = (3 * features, features)
        else:
            for letter, size in zip("qkv", (features, keys, values), strict=True):
                shapes[f"{letter}_proj_weight"] = (features, size)
        if self.bias:
            shapes["in_proj_bias"] = (3 * features,)
        if self.add_bias_kv:
            shapes["bias_k"] = shapes["bias_v"] = (1, 1, features)
        shapes["out_proj.weight"] = (features, features)
        if self.bias:
            shapes["out_proj.bias"] = (features,)
        return shapes

    def macs(self, *inputs: Shape) -> Dim:
        lead, queries, keys, features = self._sizes(*inputs)
        tokens = prod(lead) * queries
        return sum(self._projections(*inputs)) + tokens * features * (2 * keys + features)

    def _projections(self, *inputs: Shape) -> list[Dim]:
        """Multiply–accumulates to make queries, keys and values; what stretches over the batch is projected once."""
        return [prod(shape) * inputs[0][-1] for shape in roles_of(inputs)]

    def backward_macs(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Dim:
        lead, queries, keys, features = self._sizes(*inputs)
        tokens, flows = prod(lead) * queries, (*wanted, *wanted[-1:] * (3 - len(wanted)))
        projections = self._projections(*inputs)
        last = tokens * features * features
        into = sum(work for work, flow in zip(projections, flows, strict=True) if flow) + last
        own = sum(projections) + last if trained else 0
        pairs = tokens * keys * features
        return into + own + backward_products(pairs, pairs, *[trained or flow for flow in flows])

    def elementwise_ops(self, *inputs: Shape) -> Dim:
        lead, queries, keys, features = self._sizes(*inputs)
        tokens = prod(lead) * queries
        biased = tokens + sum(prod(shape[:-1]) for shape in roles_of(inputs)) if self.bias else 0
        return biased * features + (SOFTMAX_OPS + 1) * self.num_heads * tokens * keys

    def reads(self, *inputs: Shape, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        lead = self._sizes(*inputs).lead
        if len(inputs) == 1:
            return (whole_row(inputs[0], lead),)
        return (query_row(inputs[0], lead), *(whole_row(shape, lead) for shape in inputs[1:]))

    def scratch(self, *inputs: Shape) -> Held:
        """The projections, with what is added and stretched, and what is gathered before it is projected."""
        lead, queries, keys, features = self._sizes(*inputs)
        roles = [(*shape[:-1], features) for shape in roles_of(inputs)]
        held = most = sum(map(prod, roles))
        for asked, is_one_by_one in ((self.add_bias_kv, True), (self.add_zero_attn, False)):
            if asked:
                freed = prod(roles[1]) if is_one_by_one else 0  # the keys, before the values are lengthened
                roles[1:] = [(*shape[:-2], shape[-2] + 1, features) for shape in roles[1:]]
                most = max(most, held + prod(roles[1]), held - freed + prod(roles[1]) + prod(roles[2]))
                held = sum(map(prod, roles))
        copies = [stretched(shape, contiguous(shape), (*lead, *shape[-2:]), len(lead)) for shape in roles]
        most = max(most, held + sum(copies))
        held = sum([copy or prod(shape) for copy, shape in zip(copies, roles, strict=True)])
        if self.is_causal and keys > inputs[-1][-2]:
            held += queries * keys  # the mask
        out = prod(lead) * queries * features
        return Held(max(most - out, held + out))

    def variables(self, *inputs: Shape) -> dict[str, Any]:
        lead, queries, keys, features = self._sizes(*inputs)
        _, key, value = roles_of(inputs)
        names = {"L": prod(lead[1:]), "H": self.num_heads, "T": queries, "S": key[-2], "A": keys}
        widths = {"E": features, "E_k": key[-1], "E_v": value[-1]}
        return {**names, **widths, "B": int(self.bias), "K": int(self.add_bias_kv)}

    def torch_kwargs(self, *inputs: Shape) -> dict[str, Any]:
        """The arguments of the module; is_causal is one of its call, beside a mask."""
        query, key, value = roles_of(inputs)
        widths = {"embed_dim": query[-1], "kdim": key[-1], "vdim": value[-1]}
        return {**self.arguments, **widths, "batch_first": True}
