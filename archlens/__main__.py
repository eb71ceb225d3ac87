"""`python -m archlens`."""

from archlens.cli import main

main()
