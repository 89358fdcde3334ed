"""Softmax against the maximum: losses, distances, moduli, remainders, and the variational principle."""
