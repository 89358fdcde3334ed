"""One replicate of an experiment: a pure function of (claim, variant, seed, block)."""

from __future__ import annotations

import hashlib
import json
import math
import time

from games.errors import FirstmoverError
from verify.experiment.plan import Replicate
from verify.streams import stream
from verify.tally import Tally
from verify.variant import Variant
from verify.verdict import Outcome


def measure_replicate(variant: Variant, *, seed: int, block: int) -> Tally:
    """The tally of one replicate, drawn from the block's own stream; what goes wrong becomes a failure line.

    A contrast has the stream of the claim itself, so that both see the same draws as far as they ask for the same.
    """
    assert variant.measure is not None
    started = time.perf_counter()
    failures: tuple[str, ...] = ()
    measured = None
    try:
        measured = _checked(variant.measure(stream(seed, variant.claim, block)), variant)
    except (FirstmoverError, ValueError, ArithmeticError) as problem:
        failures = (f"replicate {block}: {' '.join(str(problem).split())}",)
    return Tally(
        claim=variant.claim,
        variant=variant.name,
        block=block,
        family="",
        outcome=Outcome(failures=failures),
        measured=measured,
        digest=hashlib.sha256(json.dumps(measured, sort_keys=True).encode()).hexdigest(),
        seconds=time.perf_counter() - started,
    )


def _checked(replicate: Replicate, variant: Variant) -> dict[str, object]:
    """The replicate as JSON. Raises ValueError for a number that is none, or a quantity that was not measured."""
    values = {name: float(value) for name, value in replicate.values.items()}
    curves = {label: [(float(x), float(y)) for x, y in curve] for label, curve in replicate.curves.items()}
    for name in variant.relation.measured():
        if name not in values:
            raise ValueError(f"expected the quantity {name}, found {', '.join(values) or 'none'}")
    numbers = [*values.values(), *(number for curve in curves.values() for point in curve for number in point)]
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"expected finite measurements, found {values}")
    return {"values": values, "curves": curves}
