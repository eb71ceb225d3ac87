"""Other tools' habits of counting, each a table from layer type to rule: what that tool says of a network, and why it differs.

A tool a file. `rules` is what they are made of; `recount` asks the table of each layer of a graph.
"""
