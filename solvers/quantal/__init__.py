"""Softmax choice and quantal response."""
