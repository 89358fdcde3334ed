"""Checkers that confirm certificates without any solver."""
