"""How receptive fields grow: as a table (`text`), of several networks side by side (`several`), and drawn (`drawing`)."""
