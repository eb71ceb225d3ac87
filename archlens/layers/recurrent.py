"""Recurrent layers: a state that a sequence passes through, token by token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, require, show
from archlens.layers.fields import Count, Flag, Probability
from archlens.layers.windows import Along, Whole

__all__ = ["GRU", "LSTM", "RNN"]


class _Recurrent(Layer):
    """The state starts from zeros. What comes out is of the last layer, its D directions side by side; backwards a direction ends
    after the first token.
    """

    family = "recurrent"

    gates: ClassVar[int]
    """Products with the input, and with the state, for each value of the state."""
    unit_ops: ClassVar[int]
    """Operations for each value of the state beside these products and the biases."""

    hidden_size: Count
    num_layers: Count = 1
    bias: Flag = True
    dropout: Probability = 0.0
    bidirectional: Flag = False

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        if len(x) != 3:
            help = "`reshape` it to the sequence that you mean" if len(x) > 3 else "a vector is no sequence; use `linear`"
            raise LayerError(f"{self.type_name} needs a sequence T×F, got {show(x)}", help=help)
        width = self._directions() * self._width()
        return (*x[:2], width), (x[0], width)

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if not isinstance(self.num_layers, int):
            raise LayerError(f"{self.type_name}: num_layers must be a plain number; parameters are called by it", "num_layers")

    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    def _width(self) -> Dim:
        """The features that a direction puts out."""
        return self.hidden_size

    def _cells(self, x: Shape) -> list[tuple[str, Dim]]:
        """What ends the names of the parameters of every layer and direction, and the features that go in."""
        deeper = self._directions() * self._width()
        ends = ("", "_reverse")[: self._directions()]
        return [(f"_l{layer}{end}", deeper if layer else x[-1]) for layer in range(self.num_layers) for end in ends]

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        values = self.gates * self.hidden_size
        shapes: dict[str, Shape] = {}
        for end, features in self._cells(x):
            shapes[f"weight_ih{end}"] = (values, features)
            shapes[f"weight_hh{end}"] = (values, self._width())
            if self.bias:
                shapes[f"bias_ih{end}"] = shapes[f"bias_hh{end}"] = (values,)
        return shapes

    def room_is_estimated(self, *inputs: Shape) -> bool:
        return True  # one kernel on some machines, several on others

    def macs(self, x: Shape) -> Dim:
        values = self.gates * self.hidden_size
        return x[0] * x[1] * sum(values * (features + self._width()) for _, features in self._cells(x))

    def backward_macs(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Dim:
        """The first layer's inputs may need no gradient; the zeros that every state starts from do not."""
        (x,) = inputs
        values, cells = self.gates * self.hidden_size, self._cells(x)
        first = 0 if wanted[0] else values * x[-1] * self._directions()
        start = values * self._width() * len(cells)
        return self.macs(x) * (1 + int(trained)) - x[0] * (x[1] * first + start)

    def elementwise_ops(self, x: Shape) -> Dim:
        each = self.unit_ops + (2 * self.gates if self.bias else 0)
        return x[0] * x[1] * self.num_layers * self._directions() * self.hidden_size * each

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        """All tokens: those before a token alone, or all after it, are no window that moves along."""
        return (tuple(Along(None, Whole(n)) for n in x[1:]),)

    def variables(self, x: Shape) -> dict[str, Any]:
        names = {"T": x[1], "F": x[2], "H": self.hidden_size, "L": self.num_layers}
        return {**names, "D": self._directions(), "B": int(self.bias)}

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"input_size": x[-1], **self.arguments, "batch_first": True}


class LSTM(_Recurrent):
    """Long short-term memory: a state and a cell that three gates write, keep and show.

    The cell is renewed by a sum, not by a product with weights, so what was seen long ago can stay. The same weights serve every
    token: their number does not depend on the length T, and one token waits for the one before.

    Out come the sequence T×(D·P), P being proj_size or else hidden_size; the last layer's final state, D·P; and its final cell,
    D·H. Name them `as: [sequence, state, cell]`.

    A value of the cell takes, at every token, 4·(F + P) multiply–accumulates and 13 operations: 4 sums of both products,
    4 function values, 3 to renew the cell and 2 to show it; each of the 8 biases is one more. Directions side by side cost
    nothing, and dropout is of training. (torch's FlopCounterMode finds 0 in a fused LSTM; in LSTMCell it counts these.)

    hidden_size: values of the cell, in each direction.
    num_layers: layers, each over the sequence of the one before.
    bias: whether each gate has two biases, one for the input and one for the state.
    dropout: the share of values between layers that training sets to 0.
    bidirectional: whether a second direction runs from the last token to the first.
    proj_size: features that a linear layer without bias makes of the state, fewer than hidden_size.
    """

    type_name, torch_name = "lstm", "nn.LSTM"
    reference = "Hochreiter & Schmidhuber, Long Short-Term Memory, 1997, doi 10.1162/neco.1997.9.8.1735; torch.nn.LSTM"
    example = ("100x128", "256")
    formulas: ClassVar = {
        "params": "D * (4*H*(F + P + 2*B) + (L - 1)*4*H*(D*P + P + 2*B) + L*projected*P*H)",
        "macs": "T * D * (4*H*(F + P) + (L - 1)*4*H*(D*P + P) + L*projected*P*H)",
        "elementwise_ops": "T * L * D * H * (13 + 8*B)",
    }
    gates, unit_ops = 4, 13

    proj_size: Count | None = None

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        if self.proj_size is not None:
            require(
                self.proj_size < self.hidden_size,
                "lstm: proj_size={} is no less than hidden_size={}",
                self.proj_size,
                self.hidden_size,
                argument="proj_size",
                help="a projection makes the state smaller; leave it out to keep the state",
            )
        return (*super().output_shapes(x), (x[0], self._directions() * self.hidden_size))

    def _width(self) -> Dim:
        return self.hidden_size if self.proj_size is None else self.proj_size

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        shapes = super().parameter_shapes(x)
        if self.proj_size is not None:
            shapes |= {f"weight_hr{end}": (self.proj_size, self.hidden_size) for end, _ in self._cells(x)}
        return shapes

    def macs(self, x: Shape) -> Dim:
        projection = 0 if self.proj_size is None else self.proj_size * self.hidden_size
        return super().macs(x) + x[0] * x[1] * len(self._cells(x)) * projection

    def variables(self, x: Shape) -> dict[str, Any]:
        return {**super().variables(x), "P": self._width(), "projected": int(self.proj_size is not None)}

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {**super().torch_kwargs(x), "proj_size": 0 if self.proj_size is None else self.proj_size}


class GRU(_Recurrent):
    """Gated recurrent unit: a state that two gates reset and renew.

    An LSTM made smaller: no cell beside the state, and three products in place of four.

    Out come the sequence T×(D·H) and the last layer's final state, D·H: `as: [sequence, state]`.

    A value of the state takes, at every token, 3·(F + H) multiply–accumulates and 11 operations: a sum and a function value for
    each gate, 3 for the candidate, whose state is reset after its product as torch does it, and 4 to renew the state; each of
    the 6 biases is one more. (torch's FlopCounterMode finds 0 in a fused kernel; in GRUCell it counts these.)

    hidden_size: values of the state, in each direction.
    num_layers: layers, each over the sequence of the one before.
    bias: whether each gate has two biases, one for the input and one for the state.
    dropout: the share of values between layers that training sets to 0.
    bidirectional: whether a second direction runs from the last token to the first.
    """

    type_name, torch_name = "gru", "nn.GRU"
    reference = "Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014, arXiv:1406.1078; torch.nn.GRU"
    example = ("100x128", "256")
    formulas: ClassVar = {
        "params": "D * 3*H * (F + H + 2*B + (L - 1)*(D*H + H + 2*B))",
        "macs": "T * D * 3*H * (F + H + (L - 1)*(D*H + H))",
        "elementwise_ops": "T * L * D * H * (11 + 6*B)",
    }
    gates, unit_ops = 3, 11


class RNN(_Recurrent):
    """Elman network: a state that is the activation of a weighted sum of the token and the state before.

    The simplest recurrence. Over many tokens its gradients fade or explode, which `lstm` and `gru` mend with gates.

    Out come the sequence T×(D·H) and the last layer's final state, D·H: `as: [sequence, state]`.

    A value of the state takes, at every token, F + H multiply–accumulates and 2 operations: the sum of both products and a
    function value; each of the 2 biases is one more. (torch's FlopCounterMode finds 0 in a fused kernel; in RNNCell it counts
    these.)

    hidden_size: values of the state, in each direction.
    num_layers: layers, each over the sequence of the one before.
    nonlinearity: the activation.
    bias: whether there are two biases, one for the input and one for the state.
    dropout: the share of values between layers that training sets to 0.
    bidirectional: whether a second direction runs from the last token to the first.
    """

    type_name, torch_name = "rnn", "nn.RNN"
    reference = "Elman, Finding Structure in Time, 1990, doi 10.1207/s15516709cog1402_1; torch.nn.RNN"
    example = ("100x128", "256")
    formulas: ClassVar = {
        "params": "D * H * (F + H + 2*B + (L - 1)*(D*H + H + 2*B))",
        "macs": "T * D * H * (F + H + (L - 1)*(D*H + H))",
        "elementwise_ops": "T * L * D * H * (2 + 2*B)",
    }
    gates, unit_ops = 1, 2

    nonlinearity: Literal["tanh", "relu"] = "tanh"
    bias: Flag = True
    dropout: Probability = 0.0
    bidirectional: Flag = False
