"""Claims on entropy-regularised linear-quadratic Stackelberg differential games with regime switching."""
