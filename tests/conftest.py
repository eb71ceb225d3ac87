"""What every suite shares."""

import pytest

import archlens


@pytest.fixture
def net(tmp_path):
    """`net(layers, **keys)`: the Network of a spec with these lines under `layers:` and these other keys."""

    def make(layers, input="3x32x32", blocks="", **keys):
        head = [f"archlens: 1\ninput: {input}" if ":" not in input else f"archlens: 1\ninputs: {input}"]
        head += [f"{key}: {value}" for key, value in keys.items()]
        if blocks:
            head.append("blocks:\n" + _indented(blocks))
        path = tmp_path / f"net{len(list(tmp_path.iterdir()))}.yaml"
        path.write_text("\n".join([*head, "layers:", _indented(layers)]) + "\n", encoding="utf-8")
        return archlens.load(str(path))

    return make


def _indented(text):
    return "\n".join("  " + line for line in text.strip("\n").split("\n"))
