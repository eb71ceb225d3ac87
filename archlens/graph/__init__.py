"""Spec → Graph."""
