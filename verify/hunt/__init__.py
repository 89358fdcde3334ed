"""From a refuted claim to the smallest counterexample."""
