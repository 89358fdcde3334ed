"""Stackelberg Q-value iteration: contraction, comparison, cycles, fixed points, softness, switching and learning."""
