"""Derivations about Stackelberg Q-value iteration in Markov games."""
