"""A network as boxes and arrows: what is drawn (`model`), found by folding (`fold`), laid out by Graphviz, and written."""
