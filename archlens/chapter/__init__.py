"""The textbook chapter, computed: its comparisons, its claims, its questions, and the pages that teach them.

Everything here is asked of `archlens.network`: nothing is typed in that can be computed.
"""
