"""Shipped specs against torchvision's models, layer by layer: the same parameters in the same order, the same work."""

import re

import pytest

import archlens

NAMES = [
    "alexnet",
    *("vgg11", "vgg13", "vgg16", "vgg19"),
    *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
    *("squeezenet1_1", "densenet121", "googlenet", "inception_v3", "mobilenet_v2", "efficientnet_b0", "convnext_tiny"),
]
# Heads that only training uses are not in these specs; without its own initialization torchvision does not warn of it.
WITHOUT_HEADS = {"aux_logits": False, "init_weights": False}
BUILT_WITH = {"googlenet": WITHOUT_HEADS, "inception_v3": WITHOUT_HEADS}
PARAMS_OF = {"inception_v3": "inception_v3_training"}  # the metadata count the head that its operations leave out


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def analysis(name):
    return archlens.load(name).analyze()


@pytest.fixture
def model(name, torchvision_models):
    """torchvision's network on the meta device: shapes without values."""
    import torch

    with torch.device("meta"):
        return torchvision_models.get_model(name, weights=None, **BUILT_WITH.get(name, {})).eval()


def test_parameters_and_buffers(name, analysis, model):
    """One by one in the order of execution, which is torchvision's order of definition."""
    ours = shapes_of(analysis)
    if "convnext" in name:  # its learned scales are C×1×1 there; here they have the batch's axis, as all tensors do
        ours = [shape[1:] if shape[0] == 1 else shape for shape in ours]
    assert ours == [tuple(p.shape) for p in model.parameters()]
    assert analysis.totals.buffers == sum(b.numel() for b in model.buffers())


def test_macs_of_every_layer(analysis, model):
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        model(torch.empty(analysis.inputs["input"], device="meta"))
    assert 2 * analysis.totals.macs == counter.get_total_flops()

    counts = counter.get_flop_counts()
    layers = [path for path, module in model.named_modules() if not list(module.children())]
    theirs = [sum(counts.get(f"{type(model).__name__}.{path}", {}).values()) for path in layers]
    assert [2 * layer.macs for layer in analysis.layers if layer.macs] == [flops for flops in theirs if flops]


def test_metadata_of_the_weights(name, analysis, torchvision_models):
    """What torchvision publishes beside its first weights: parameters, GMACs and accuracy."""
    published = torchvision_models.get_model_weights(name).IMAGENET1K_V1.meta
    counted = archlens.load(PARAMS_OF[name]).analyze() if name in PARAMS_OF else analysis
    assert counted.totals.params == published["num_params"]
    assert f"{analysis.totals.macs / 1e9:.3f}" == f"{published['_ops']:.3f}"
    assert analysis.meta["top1"] == published["_metrics"]["ImageNet-1K"]["acc@1"]


def test_the_auxiliary_head_of_inception_v3(torchvision_models):
    import torch

    with torch.device("meta"):
        model = torchvision_models.inception_v3(init_weights=False)
    assert shapes_of(archlens.load("inception_v3_training").analyze()) == [tuple(p.shape) for p in model.parameters()]


@pytest.mark.parametrize(("name", "trained"), [("resnet50_features", ("fc.",)), ("resnet50_finetune", ("layer4.", "fc."))])
def test_what_transfer_learning_trains(name, trained, torchvision_models):
    import torch

    with torch.device("meta"):
        model = torchvision_models.resnet50(num_classes=10)
    totals = archlens.load(name).analyze().totals
    assert totals.params == sum(p.numel() for p in model.parameters())
    assert totals.trainable_params == sum(p.numel() for path, p in model.named_parameters() if path.startswith(trained))


@pytest.mark.parametrize(("name", "theirs"), [("vit_b16", "vit_b_16"), ("vit_b32", "vit_b_32"), ("vit_l16", "vit_l_16")])
def test_vision_transformers_have_the_same_parameters(name, theirs, torchvision_models):
    """Whatever their order: torchvision defines the class token before the patches."""
    import torch

    with torch.device("meta"):
        model = torchvision_models.get_model(theirs, weights=None)
    ours = shapes_of(archlens.load(name).analyze())
    assert sorted(ours) == sorted(tuple(p.shape) for p in model.parameters())


@pytest.mark.parametrize(("title", "theirs"), [("ConvNeXt-T", "convnext_tiny"), ("Swin-T", "swin_t")])
def test_networks_of_the_cookbook(title, theirs, torchvision_models, pytestconfig, tmp_path):
    """Parameters one by one whatever their order, but for 1×1 convolutions that torchvision writes as linear layers."""
    import torch

    page = (pytestconfig.rootpath / "docs" / "cookbook.md").read_text(encoding="utf-8")
    (text,) = [text for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if f"name: {title}\n" in text]
    (tmp_path / "net.yaml").write_text(text, encoding="utf-8")
    analysis = archlens.load(str(tmp_path / "net.yaml")).analyze()
    published = torchvision_models.get_model_weights(theirs).IMAGENET1K_V1.meta
    assert analysis.totals.params == published["num_params"]
    assert f"{analysis.totals.macs / 1e9:.3f}" == f"{published['_ops']:.3f}"
    with torch.device("meta"):
        model = torchvision_models.get_model(theirs, weights=None)
    ours = shapes_of(analysis)
    assert sorted(map(squeezed, ours)) == sorted(squeezed(tuple(p.shape)) for p in model.parameters())


def shapes_of(analysis):
    """Those of all parameters, in the order of execution."""
    return [shape for layer in analysis.layers for shape in layer.parameter_shapes.values()]


def squeezed(shape):
    """A shape without its axes of size 1."""
    return tuple(size for size in shape if size != 1)
