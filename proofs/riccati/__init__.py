"""Derivations about exploratory linear-quadratic Stackelberg games."""
