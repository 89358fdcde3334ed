"""Randomness by address: any instance of any claim is drawn again from (seed, claim, index), on any number of workers.

Instances come in blocks. A block has its own Philox stream: the key is a hash of the seed and the claim's id, the
counter starts at the block's number in its highest word, so that streams of different blocks share no number.
"""

from __future__ import annotations

import hashlib

import numpy as np

BLOCK = 4096
"""Instances a block, always drawn together: what an instance is depends on its place in the block, not on a budget."""

DEFAULT_SEED = 20_260_701


def stream(seed: int, claim: str, block: int) -> np.random.Generator:
    """The generator of one block of a claim's instances, at its beginning."""
    digest = hashlib.sha256(f"firstmover/1\0{seed}\0{claim}".encode()).digest()
    # Philox counts in 256 bits, low word first: 2**192 numbers lie between two blocks.
    bits = np.random.Philox(key=int.from_bytes(digest[:16], "little"), counter=[0, 0, 0, block])
    return np.random.Generator(bits)


def locate(index: int) -> tuple[int, int]:
    """The block of an instance and its place in it."""
    return divmod(index, BLOCK)
