"""Identities between matrices of every dimension, on which the Riccati equations rest."""
