"""Special games: one player alone, opposite costs."""
