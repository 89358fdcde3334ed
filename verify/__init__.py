"""What is claimed: statements, evidence, verdicts, and the machinery that puts claims to the test."""
