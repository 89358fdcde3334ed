"""Studies: what happens how often, over grids of parameters, from a seed and a budget to tables and figures."""
