"""Derivations about optimal commitment in one-shot games."""
