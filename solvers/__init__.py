"""What is computed: numerical and exact solvers of the games."""
