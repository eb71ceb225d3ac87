"""Shipped specs against torchvision's models, layer by layer: the same parameters in the same order, the same work."""

import re

import pytest

import archlens

NAMES = [
    "alexnet",
    *("vgg11", "vgg13", "vgg16", "vgg19"),
    *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
    *("squeezenet1_1", "densenet121", "googlenet", "inception_v3", "mobilenet_v2", "efficientnet_b0", "convnext_tiny"),
    *("deeplabv3_resnet50", "r3d_18"),
]
# Heads that only training uses are not in these specs; without its own initialization torchvision does not warn of it.
WITHOUT_HEADS = {"aux_logits": False, "init_weights": False}
BUILT_WITH = {
    "googlenet": WITHOUT_HEADS,
    "inception_v3": WITHOUT_HEADS,
    "deeplabv3_resnet50": {"aux_loss": True, "num_classes": 21, "weights_backbone": None},
}
PARAMS_OF = {"inception_v3": "inception_v3_training"}  # the metadata count the head that its operations leave out
WEIGHTS = {  # which, and the accuracy that the spec names
    "deeplabv3_resnet50": ("COCO_WITH_VOC_LABELS_V1", "COCO-val2017-VOC-labels", "miou"),
    "r3d_18": ("KINETICS400_V1", "Kinetics-400", "acc@1"),
}


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
    weights, data, metric = WEIGHTS.get(name, ("IMAGENET1K_V1", "ImageNet-1K", "acc@1"))
    published = torchvision_models.get_model_weights(name)[weights].meta
    counted = archlens.load(PARAMS_OF[name]).analyze() if name in PARAMS_OF else analysis
    assert counted.totals.params == published["num_params"]
    assert f"{analysis.totals.macs / 1e9:.3f}" == f"{published['_ops']:.3f}"
    assert analysis.meta["miou" if metric == "miou" else "top1"] == published["_metrics"][data][metric]


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sizes"), [("deeplabv3_resnet50", {"params": {"side": 72}}), ("r3d_18", {"input": "3x6x40x40"})]
)
def test_equal_weights_give_equal_values(name, sizes, torchvision_models):
    """What no size shows: dilations, the order of layers, how maps are enlarged."""
    import torch

    theirs = torchvision_models.get_model(name, weights=None, **BUILT_WITH.get(name, {})).eval()
    network = archlens.load(name, **sizes)
    ours = network.build().eval()
    ours.load_state_dict(dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True)))
    inputs = [torch.randn(shape) for shape in network.analyze().inputs.values()]
    with torch.no_grad():
        found, wanted = ours(*inputs), theirs(*inputs)
    wanted = [*wanted.values()] if isinstance(wanted, dict) else wanted
    torch.testing.assert_close(list(found) if isinstance(found, tuple) else found, wanted)


@pytest.fixture
def ssd(torchvision_models):
    """SSD300 for Pascal VOC; its `forward` would also pick boxes, which is not in the spec."""

    def built(device):
        import torch

        with torch.device(device):
            return torchvision_models.get_model("ssd300_vgg16", weights=None, weights_backbone=None, num_classes=21).eval()

    return built


def ssd_values(model, image):
    """Locations and confidences of all boxes."""
    found = model.head(list(model.backbone(image).values()))
    return found["bbox_regression"], found["cls_logits"]


def test_ssd(ssd):
    """Whatever the order: torchvision has all locations behind all confidences."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    analysis, model = archlens.load("ssd300").analyze(), ssd("meta")
    ours = [shape for layer in analysis.layers for shape in layer.parameter_shapes.values()]
    assert sorted(ours) == sorted(tuple(p.shape) for p in model.parameters())
    with FlopCounterMode(display=False) as counter:
        found = ssd_values(model, torch.empty(1, 3, 300, 300, device="meta"))
    assert 2 * analysis.totals.macs == counter.get_total_flops()
    assert [*analysis.outputs.values()] == [tuple(y.shape) for y in found]


@pytest.mark.slow
def test_ssd_gives_equal_values(ssd):
    """An RMS norm with a scale of s is the paper's L2 normalization with one of s·√512."""
    import torch

    model, ours = ssd("cpu"), archlens.load("ssd300").build().eval()
    weights = dict(model.named_parameters())
    scale = weights.pop("backbone.scale_weight").detach() / 512**0.5
    heads = [weights.pop(name) for name in [*weights] if name.startswith("head.")]
    confidences, locations = heads[:12], heads[12:]
    heads = [part[i + j] for i in range(0, 12, 2) for part in (locations, confidences) for j in (0, 1)]
    ours.load_state_dict(dict(zip(ours.state_dict(), [*weights.values(), scale, *heads], strict=True)))
    image = torch.rand(1, 3, 300, 300)
    with torch.no_grad():
        torch.testing.assert_close(ours(image), ssd_values(model, image))


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
