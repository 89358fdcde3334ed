"""Running claims: what is left to do, who does it, and what is kept of it."""
