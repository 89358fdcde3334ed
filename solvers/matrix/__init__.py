"""Commitment in one-shot two-player games."""
