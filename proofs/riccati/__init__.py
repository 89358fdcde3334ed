"""The exploratory linear-quadratic games: their Hamiltonian system, Gaussian laws and Riccati equations derived."""
