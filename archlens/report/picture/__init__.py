"""Pictures: shapes and words at their places (`scene`), coloured by role (`themes`), written as SVG, PNG or PDF."""
