"""Solvers of Stackelberg Markov games: Q-value iteration, its certificates, policy evaluation and learning."""
