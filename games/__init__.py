"""What is played: frozen, validated game objects, their families, files and literature."""
