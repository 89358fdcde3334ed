"""Claims on one-shot commitment: what it is worth beside Nash equilibria, security and correlation."""
