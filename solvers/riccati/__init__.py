"""Linear-quadratic Stackelberg games with regime switching: Riccati equations of both players, and their solutions."""
