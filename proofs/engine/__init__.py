"""Relations, inference rules, and the producers of evidence behind each derived line."""
