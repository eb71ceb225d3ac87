"""Attention: every query gathers the values of all keys, weighed by how well they match.

Queries, keys and values are tokens ...×T×E, features last; the axes before T×E (windows, heads) attend each by itself.
A batch of 1, that of learned queries say, serves every example.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from archlens.errors import LayerError
from archlens.layers.attending import (
    MISMATCH,
    SOFTMAX_OPS,
    Attended,
    backward_products,
    leading,
    query_row,
    require_heads,
    require_pairs,
    roles_of,
    whole_row,
)
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, divides, either, equal, maximum, prod, require, show
from archlens.layers.fields import Count, Flag, Number, Probability
from archlens.layers.keeping import Held
from archlens.layers.strides import Layout, contiguous, stretched
from archlens.layers.windows import POINTWISE, Along, Whole

__all__ = ["ScaledDotProductAttention"]


class ScaledDotProductAttention(Layer):
    """Attention: softmax(Q·Kᵀ·scale + mask)·V, without projections.

    Every query is compared with every key by a product; the softmax makes weights of these scores; what comes out for a query
    is the mean of the values by its weights. T queries and S keys make T·S weights, so work grows with the square of the length.

    One input is query, key and value at once; three are these, with as many axes each; a fourth is added to the weights
    before the softmax, a mask or a bias: its axes after the batch are matched from the right with those of the weights,
    ...×heads×T×S (...×T×S without num_heads), where each is equal or 1. With num_heads the features of every token are split
    into heads and put together again; without, an axis before the tokens may hold the heads.

    Both products are counted in full, also under a causal mask, which half of the weights do not pass; so does torch's
    FlopCounterMode where the kernel is SDPBackend.MATH. Operations: 3 per weight for the softmax, one for the scale unless
    it is 1, one for adding the fourth input. A causal mask picks weights and costs nothing; dropout is of training.

    num_heads: heads that the features are split into; left out, they are one head's.
    is_causal: whether a token reads only those up to its own place.
    scale: what the products are multiplied by; 1/√E of a head's E features when left out.
    dropout_p: the share of weights that training sets to 0.
    enable_gqa: whether keys and values may have fewer heads than queries, as many as their features make.
    """

    type_name = "scaled_dot_product_attention"
    torch_name = "nn.functional.scaled_dot_product_attention"
    family = "attention"
    inputs = (1, 4)
    reference = "Vaswani et al., Attention Is All You Need, 2017, arXiv:1706.03762, section 3.2.1"
    example = ("196x768, 196x768, 196x768", "12")
    formulas: ClassVar = {
        "macs": "L * T * S * (E + F_out)",
        "elementwise_ops": "L * H * T * S * (3 + scaled + biased)",
    }

    num_heads: Count | None = None
    is_causal: Flag = False
    scale: Number | None = None
    dropout_p: Probability = 0.0
    enable_gqa: Flag = False

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if self.enable_gqa and self.num_heads is None:
            help = "say how many heads the query's features make; where heads have an axis of their own, one of size 1 serves all"
            raise LayerError(f"{self.type_name}: enable_gqa needs num_heads", "enable_gqa", help)

    def _sizes(self, *inputs: Shape) -> Attended:
        if len(inputs) == 2:
            help = "take three, `from: [query, memory, memory]`, or `multihead_attention`, whose keys are the values too"
            raise LayerError(f"{self.type_name} takes one input, query, key and value, or these and a mask; got 2", help=help)
        query, key, value = inputs[:3] if len(inputs) > 1 else inputs * 3
        lead = leading(self.type_name, (query, key, value), stretch=True)
        require_pairs(self.type_name, key, value)
        found = Attended(lead, query[-2], key[-2], self._features(query[-1], key[-1], value[-1]))
        if len(inputs) == 4:
            self._require_mask(inputs[3], self._weights(found))
        return found

    def _features(self, query: Dim, key: Dim, value: Dim) -> Dim:
        """The features that come out, of those that go in."""
        if not self.enable_gqa:
            cure = "project one with `linear`" + (
                "" if self.num_heads is None else ", or say enable_gqa where keys have fewer heads"
            )
            message = "{}: the query has {} features and the key {}"
            require(equal(query, key), message, self.type_name, query, key, help=cure, code=MISMATCH)
            if self.num_heads is not None:
                require_heads(self.type_name, self.num_heads, query)
                require_heads(self.type_name, self.num_heads, value, "the value's ")
            return value
        require_heads(self.type_name, self.num_heads, query)
        head = maximum(query // self.num_heads, 1)
        require(
            divides(head, key),
            "{}: the {} features of the key make no whole heads of {}, as the query's are",
            self.type_name,
            key,
            head,
            help="give the key a multiple of {2} features",
        )
        heads = maximum(key // head, 1)
        require(
            divides(heads, self.num_heads),
            "{}: {} heads of keys do not divide {} heads of queries",
            self.type_name,
            heads,
            self.num_heads,
            argument="num_heads",
            help="every head of keys serves as many of queries",
        )
        message = "{}: {} heads of keys do not divide the {} features of the value"
        require(divides(heads, value), message, self.type_name, heads, value)
        return value // heads * self.num_heads

    def _weights(self, sizes: Attended) -> Shape:
        """The shape of the attention weights."""
        heads = () if self.num_heads is None else (self.num_heads,)
        return (*sizes.lead, *heads, sizes.queries, sizes.keys)

    def _require_mask(self, mask: Shape, weights: Shape) -> None:
        if self.is_causal:
            raise LayerError(f"{self.type_name}: a mask and is_causal do not go together", "is_causal", "give one of them")
        axes = "×".join(("…", "heads", "T", "S") if self.num_heads is not None else ("…", "T", "S"))
        if len(mask) > len(weights):
            message = f"{self.type_name}: the mask {show(mask)} has more axes than the weights {show(weights)}"
            raise LayerError(message, help=f"it is matched with {axes} from the right", code=MISMATCH)
        for size, wanted in ((mask[0], weights[0]), *zip(mask[1:], weights[len(weights) - len(mask) + 1 :], strict=True)):
            condition = either(equal(size, wanted), equal(size, 1))
            if condition is not True:
                message = (
                    f"{self.type_name}: the mask {show(mask)} does not stretch to the weights {show(weights)} ({{}} and {{}})"
                )
                require(condition, message, size, wanted, help=f"it is matched with {axes} from the right", code=MISMATCH)

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        sizes = self._sizes(*inputs)
        return ((*sizes.lead, sizes.queries, sizes.features),)

    def macs(self, *inputs: Shape) -> Dim:
        lead, queries, keys, features = self._sizes(*inputs)
        return prod(lead) * queries * keys * (inputs[0][-1] + features)

    def backward_macs(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Dim:
        lead, queries, keys, features = self._sizes(*inputs)
        pairs = prod(lead) * queries * keys
        return backward_products(pairs * inputs[0][-1], pairs * features, *(wanted if len(inputs) > 1 else wanted * 3))

    def elementwise_ops(self, *inputs: Shape) -> Dim:
        return prod(self._weights(self._sizes(*inputs))) * self._operations(inputs)

    def _operations(self, inputs: tuple[Shape, ...]) -> int:
        """Per weight."""
        return SOFTMAX_OPS + (self.scale != 1) + (len(inputs) == 4)

    def reads(self, *inputs: Shape, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        sizes = self._sizes(*inputs)
        if len(inputs) == 1:
            return (whole_row(inputs[0], sizes.lead),)
        query, key, value = inputs[:3]
        # Without grouping, feature f that comes out is of feature f of the values.
        own = {len(value) - 1: Along(len(query) - 1, POINTWISE)} if value[-1] == sizes.features else {}
        rows = [query_row(query, sizes.lead), whole_row(key, sizes.lead), whole_row(value, sizes.lead, own)]
        if len(inputs) == 4:
            rows.append(self._mask_row(inputs[3], sizes))
        return tuple(rows)

    def _mask_row(self, mask: Shape, sizes: Attended) -> tuple[Along, ...]:
        """How the output reads the mask: its windows and tokens at their place, the rest whole."""
        places: list[int | None] = [*range(len(sizes.lead)), *([] if self.num_heads is None else [None]), len(sizes.lead), None]
        found = []
        for size, place in zip(mask[1:], places[len(places) - len(mask) + 1 :], strict=True):
            apart = place is not None and size != 1
            found.append(Along(place, POINTWISE) if apart else Along(None, Whole(size)))
        return tuple(found)

    def layout(self, *inputs: Shape) -> Layout:
        return "contiguous" if self.num_heads is not None else "first"  # where the features lie innermost

    def room_is_estimated(self, *inputs: Shape) -> bool:
        """Where values have not the features of queries torch has no fused kernel, and composes one."""
        return bool(self._sizes(*inputs).features != inputs[0][-1])

    def scratch(self, *inputs: Shape) -> Held:
        """What is stretched before the batch and windows become one axis, and of each query the logarithm of its sum."""
        sizes = self._sizes(*inputs)
        lead, weights, roles = sizes.lead, self._weights(sizes), roles_of(inputs[:3])
        merged = len(lead) if self.num_heads is not None or len(lead) == 1 else len(lead) - 1  # the last may be heads
        room = sum([stretched(shape, contiguous(shape), (*lead, *shape[-2:]), merged) for shape in roles])
        if len(inputs) == 4:
            mask = (inputs[3][0], *(1,) * (merged + 3 - len(inputs[3])), *inputs[3][1:])
            room += stretched(mask, contiguous(mask), (*lead[:merged], *mask[-3:]), merged) if max(mask[:-3]) > 1 else 0
        if self.room_is_estimated(*inputs):
            return Held(room + prod(roles[0]) + prod(weights) + max(prod(roles[1]), prod(weights)))
        return Held(room + prod(weights[:-1]))

    def variables(self, *inputs: Shape) -> dict[str, Any]:
        lead, queries, keys, features = self._sizes(*inputs)
        return {
            "L": prod(lead[1:]),
            "H": 1 if self.num_heads is None else self.num_heads,
            "T": queries,
            "S": keys,
            "E": inputs[0][-1],
            "F_out": features,
            "scaled": int(self.scale != 1),
            "biased": int(len(inputs) == 4),
        }
