"""Graph → Analysis."""
