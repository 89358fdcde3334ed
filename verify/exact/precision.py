"""Balls as narrow as asked for: precision is raised until cancellation has been paid for."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb, ctx


def refined(compute: Callable[[], arb], bits: int, *, most: int) -> arb:
    """A ball of `bits` relatively accurate bits, or the narrowest tried where the value may be zero.

    `compute` is run with 32 bits beyond those asked for, then with four times as many, up to `most`.
    """
    extra = 32
    while True:
        with ctx.workprec(bits + extra):
            value = compute()
        if value.rel_accuracy_bits() >= bits or extra >= most:
            return value
        extra = min(4 * extra, most)
