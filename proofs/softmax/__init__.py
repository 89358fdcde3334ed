"""Derivations of the softmax theory (theory of quantal response)."""
