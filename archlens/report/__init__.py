"""Analysis → text."""
