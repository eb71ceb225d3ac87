"""What `archlens check` does: which files, held against what, told once, and what was known before."""
