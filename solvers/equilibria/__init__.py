"""Equilibria of simultaneous games, by the batch."""
