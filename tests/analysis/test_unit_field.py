"""What units of an axis are read: from whichever side there is less to look at, the same."""

from random import Random

from archlens.analysis.unit_field import _read_of
from archlens.layers.windows import POINTWISE, Window, taps


def test_from_either_side_of_a_window():
    random = Random(1)
    looked_up = 0
    for _ in range(3000):
        drawn = Window(random.randint(1, 5), random.randint(1, 4), random.randint(-3, 5), random.randint(1, 3))
        window = random.choice([drawn, drawn, POINTWISE])
        size = random.randint(1, 12)
        first, last = random.choice([(0, size), (-5, 40)])
        asked = frozenset(random.choices(range(first, last), k=random.randint(1, 30)))
        assert _read_of(window, asked, size) == {tap for at in asked for tap in taps(window, at) if 0 <= tap < size}
        looked_up += len(asked) > size
    assert looked_up > 1000
