"""What is derived: relations, inference rules and derivations, each line checked by machine."""
