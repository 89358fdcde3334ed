"""Whether the order of play is worth something to the leader."""
