"""YAML text → Spec."""
