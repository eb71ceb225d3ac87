"""Design rules, one a file in `waste/`, `capacity/` and `speed/`, its docstring the manual. Graph and Analysis → findings."""
