"""`expect:`: what is met, what is missed, and how a miss is told."""

import pytest

LAYERS = "- {conv: 8 3x3 same, name: stem, as: map}\n- flatten\n- linear: 10"
PARAMS, MACS = 8 * 27 + 8 + 8 * 64 * 10 + 10, 64 * 8 * 27 + 5120


@pytest.fixture
def outcomes(net):
    def of(expect, **keys):
        return net(LAYERS, input="3x8x8", expect=expect, **keys).analyze().expectations

    return of


@pytest.mark.parametrize(
    "expect",
    [
        f"{{params: {PARAMS}, macs: {MACS}, trainable_params: {PARAMS}, buffers: 0, depth: 2, weight_layers: 2}}",
        f"{{parameter_bytes: {4 * PARAMS}, peak_memory: {4 * 64 * 11}, activations: {512 + 512 + 10}}}",
        "{params: 5.35k, macs: 18.9k, peak_memory: 2.75KiB, parameter_bytes: 21.4kB}",
        "{params: {max: 5.4k}, macs: {min: 1, max: 20k}, receptive_field: {min: 3, max: 3}}",
        "{receptive_field: 3}",
        "{receptive_field: 3x3}",
        "{output: 10, tensors: {map: 8x8x8, stem: [8, 8, 8], flatten: 512, input: 3x8x8}}",
        "{output: {output: 10}}",
        "{classes: 10}",
        "{classes: {min: 2, max: 10}}",
    ],
)
def test_what_is_met(expect, outcomes):
    assert outcomes(expect)
    for outcome in outcomes(expect):
        assert outcome.ok, outcome
        assert outcome.diagnostic is None


@pytest.mark.parametrize(
    ("expect", "code", "message"),
    [
        (f"{{params: {PARAMS - 10}}}", "ARC301", f"params is {PARAMS:,}, expected {PARAMS - 10} (10 more)"),
        (f"{{params: {PARAMS + 1}}}", "ARC301", f"params is {PARAMS:,}, expected {PARAMS + 1} (1 fewer)"),
        ("{params: 5.36k}", "ARC301", f"params is {PARAMS:,}, expected 5.36k (1 fewer)"),
        ("{params: {max: 5k}}", "ARC303", f"params is {PARAMS:,}: {PARAMS - 5000} over its budget (max 5k)"),
        ("{macs: {min: 20k, max: 1M}}", "ARC303", f"macs is {MACS:,}: {20_000 - MACS:,} under its budget (min 20k, max 1M)"),
        ("{peak_memory: {max: 1kB}}", "ARC303", "peak_memory is 2,816 bytes: 1,816 over its budget (max 1kB)"),
        ("{receptive_field: 5}", "ARC301", "receptive_field is 3×3, expected 5 (2 fewer)"),
        ("{receptive_field: 3x5}", "ARC301", "receptive_field is 3×3, expected 3×5"),
        ("{receptive_field: {min: 5}}", "ARC303", "receptive_field is 3×3: 2 under its budget (min 5)"),
        ("{output: 11}", "ARC301", "output is 10, expected 11"),
        ("{classes: 12}", "ARC301", "classes is 10, expected 12 (2 fewer)"),
        ("{classes: {max: 9}}", "ARC303", "classes is 10: 1 over its budget (max 9)"),
        ("{output: {output: 1x1}}", "ARC301", "output.output is 10, expected 1×1"),
        ("{tensors: {map: 8x8x9}}", "ARC301", "tensors.map is 8×8×8, expected 8×8×9"),
        ("{tensors: {mop: 8x8x8}}", "ARC302", "expected a size of `mop`, but no tensor or layer is called that"),
        ("{output: {result: 10}}", "ARC302", "expected a size of `result`, but no output is called that"),
    ],
)
def test_what_is_missed(expect, code, message, outcomes):
    (outcome,) = outcomes(expect)
    assert not outcome.ok
    assert (outcome.diagnostic.code, outcome.diagnostic.message) == (code, message)
    assert outcome.diagnostic.span.line == 3
    assert code == "ARC302" or outcome.diagnostic.help.startswith("mend the network, or ")


def test_a_name_nearly_right_is_offered(outcomes):
    (outcome,) = outcomes("{tensors: {mapp: 8x8x8}}")
    assert outcome.diagnostic.help == "did you mean `map`?"


def test_where_classes_are_missed_the_layer_that_puts_them_out_is_shown(outcomes, net):
    (outcome,) = outcomes("{classes: 12}")
    (label,) = outcome.diagnostic.related
    assert (label.span.line, label.text) == (7, "puts out 10")
    (one,) = net("- linear: 1\n- sigmoid", input="8", expect="{classes: 3}").analyze().expectations
    assert one.actual == 2
    assert one.diagnostic.related[0].text == "puts out 1 value, for 2"


def test_no_receptive_field_misses_any(net):
    for expect in ("{receptive_field: 3}", "{receptive_field: {max: 100}}"):
        (outcome,) = net("- linear: 10", input="8", expect=expect).analyze().expectations
        assert (outcome.ok, outcome.actual) == (False, None)
        assert outcome.diagnostic.message.startswith("receptive_field is none, expected ")


def test_order_and_actual_values(outcomes, net):
    found = outcomes("{output: 10, macs: 1, receptive_field: 3}")
    assert [(one.key, one.actual, one.ok) for one in found] == [
        ("output", [10], True),
        ("macs", MACS, False),
        ("receptive_field", [3, 3], True),
    ]
    analysis = net(LAYERS, input="3x8x8", expect="{macs: 1}").analyze()
    assert not analysis.ok
    assert net(LAYERS, input="3x8x8").analyze().ok
