"""Instances are addressed, not remembered."""

import numpy as np
import pytest

from verify.streams import BLOCK, locate, stream


def test_a_block_is_the_same_whenever_it_is_drawn():
    first = stream(1, "softmax/value-gap", 7).random(100)
    stream(1, "softmax/value-gap", 8).random(5)
    assert np.array_equal(first, stream(1, "softmax/value-gap", 7).random(100))


@pytest.mark.parametrize("other", [(2, "a", 0), (1, "b", 0), (1, "a", 1)])
def test_seed_claim_and_block_each_make_another_stream(other):
    assert not np.intersect1d(stream(1, "a", 0).random(1000), stream(*other).random(1000)).size


def test_ids_and_seeds_do_not_run_together():
    # Without a separator seed 1 of claim "1/x" would be seed 11 of claim "/x".
    assert stream(1, "1/x", 0).random() != stream(11, "/x", 0).random()


def test_a_stream_is_what_it_was_when_the_first_results_were_stored():
    # Raw words of Philox are fixed by its definition; this pins the key and the counter.
    assert stream(0, "claim", 3).bit_generator.random_raw(2).tolist() == [14751903154962250187, 446865560917518234]


def test_indices_are_blocks_and_places():
    assert locate(0) == (0, 0)
    assert locate(BLOCK * 5 + 17) == (5, 17)
