"""Claims about what is measured: rates and exponents, by experiments whose plan is declared before sampling."""
