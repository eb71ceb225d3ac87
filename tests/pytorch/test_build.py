"""A graph as a PyTorch module: names, sharing, freezing, devices, dtypes, and what is refused."""

from __future__ import annotations

import collections
import copy

import pytest
import torch

import archlens
from archlens.errors import UsageError
from archlens.layers import Layer
from archlens.pytorch.build import build_layer
from archlens.pytorch.counterparts import resolve
from tests.shipped import DIFFERENT, NETWORKS


@pytest.mark.parametrize("target", [one if one in DIFFERENT else pytest.param(one, marks=pytest.mark.slow) for one in NETWORKS])
def test_names_and_sizes_are_those_of_the_spec(target):
    network = archlens.load(target)
    layers, module = network.analyze().layers, network.build("meta")
    own = [layer for layer in layers if layer.shared_with is None]
    said = {f"{layer.path.replace('/', '.')}.{name}": size for layer in own for name, size in layer.parameter_shapes.items()}
    assert {key: tuple(value.shape) for key, value in module.named_parameters()} == said
    trains = sum(value.numel() for value in module.parameters() if value.requires_grad)
    assert trains == network.analyze().totals.trainable_params
    with torch.no_grad():
        found = module.eval()(*[torch.empty(shape, device="meta") for shape in module.inputs.values()])
    outputs = found if isinstance(found, tuple) else (found,)
    assert [tuple(y.shape) for y in outputs] == [*network.analyze().outputs.values()]


def test_it_trains(net):
    network = net("- conv: 4 3x3\n- batch_norm\n- relu\n- global_avg_pool\n- linear: 3", input="2x8x8")
    module = network.build()
    before = copy.deepcopy(module.state_dict())
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    losses = []
    x, wanted = torch.randn(6, 2, 8, 8), torch.tensor([0, 1, 2, 0, 1, 2])
    for _ in range(20):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(module(x), wanted)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert any(not torch.equal(value, before[name]) for name, value in module.state_dict().items())


def test_shared_weights_are_one_tensor(net):
    module = net("- conv: 3 3x3 same\n  name: a\n- conv: 3 3x3 same\n  name: b\n  weights: a").build()
    assert module.get_submodule("a").weight is module.get_submodule("b").weight
    assert [name for name, _ in module.named_parameters()] == ["a.weight", "a.bias"]
    module(torch.randn(1, 3, 32, 32)).sum().backward()
    assert module.get_submodule("b").weight.grad is module.get_submodule("a").weight.grad is not None


def test_what_is_frozen_does_not_learn(net):
    module = net("- conv: 3 3x3\n  name: body\n- conv: 4 1x1\n  name: head", freeze="['*', '!head']").build()
    assert {name for name, value in module.named_parameters() if value.requires_grad} == {"head.weight", "head.bias"}


def test_several_inputs_and_outputs(net):
    layers = "- {concat: [image, mask], as: both}\n- {conv: 2 1x1, as: a}\n- {global_avg_pool: {}, from: both, as: b}"
    module = net(layers, input="{image: 3x8x8, mask: 1x8x8}", outputs="[b, a]").build()
    image, mask = torch.randn(2, 3, 8, 8), torch.randn(2, 1, 8, 8)
    b, a = module(image, mask)
    assert a.shape == (2, 2, 8, 8)
    torch.testing.assert_close(b, torch.cat([image, mask], 1).mean((2, 3)))
    torch.testing.assert_close(module(mask=mask, image=image)[1], a)
    with pytest.raises(UsageError, match="takes image 3×8×8, mask 1×8×8, got 1 input"):
        module(image)
    with pytest.raises(UsageError, match="image has 4 axes with the batch"):
        module(image[0], mask)


def test_other_sizes_go_in_where_the_layers_take_them(net):
    module = net("- conv: 3 3x3\n- relu").build()
    assert module(torch.randn(4, 3, 50, 40)).shape == (4, 3, 48, 38)
    with pytest.raises(UsageError, match=r"takes input 3×32×32, got 5×32×32: in layer conv: .*channels"):
        module(torch.randn(1, 5, 32, 32))


def test_a_layer_may_be_called_as_torch_calls_its_own_things(net):
    names = ["train", "forward", "float", "weight", "1x1", "a.b", "run", "steps", "inputs"]
    module = net("\n".join(f"- conv: 3 1x1\n  name: {name}" for name in map(repr, names))).build()
    assert {key.rpartition(".")[0] for key in module.state_dict()} == {*names}
    assert module.train(False)(torch.randn(1, 3, 32, 32)).shape == (1, 3, 32, 32)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a..b"], "cuts names at dots"),
        (["a", "a.weight"], "called like another part"),
        (["a/training"], "which keeps `training`"),
    ],
)
def test_names_that_torch_cannot_hold(net, names, told):
    with pytest.raises(UsageError, match=told):
        net("\n".join(f"- conv: 3 1x1\n  name: {name}" for name in names)).build()


def test_dtypes_and_devices(net):
    network = net("- conv: 3 3x3\n- batch_norm")
    assert {value.dtype for value in network.build(dtype="float64").parameters()} == {torch.float64}
    assert {value.device.type for value in network.build("meta").parameters()} == {"meta"}
    for wrong, told in (({"dtype": "int8"}, "does not compute"), ({"device": "tpu"}, "no device is called `tpu`")):
        with pytest.raises(UsageError, match=told):
            network.build(**wrong)


@pytest.mark.parametrize(
    ("torch_name", "told"),
    [("", "odd says no `torch_name`"), ("no_such_package.Thing", "is the package that has it installed")],
)
def test_a_layer_of_a_plug_in_without_a_counterpart(torch_name, told):
    odd = type("Odd", (Layer,), {"__doc__": "Of a plug-in."})
    odd.type_name, odd.torch_name = "odd", torch_name  # not registered: no other test should meet it
    with pytest.raises(UsageError, match=told):
        build_layer(odd(), (1, 2))


def test_a_plug_ins_counterpart_is_found_by_its_path():
    assert resolve("collections.OrderedDict") is collections.OrderedDict
