"""One Hypothesis strategy for all families of games, for the tests of this project and anyone's own.

    from hypothesis import given
    from games.strategies import games

    @given(games("integers", leader_actions=2, follower_actions=(1, 3)))
    def test_commitment_never_hurts(game): ...

Games are exact (`game.float()` gives floats). They come from the family's own `decode`, so that what is tested and what
is sampled are one family, and shrink towards few actions and small integers.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from games.core import Game
from games.errors import GameError, shown
from games.families.base import Family
from games.families.catalogue import family as family_named


def games(family: Family | str, **parameters: Any) -> st.SearchStrategy[Game]:
    """Exact games of a family, or of the family of that name, with `parameters` (sizes, ranges) in place of its own.

    The integers of a game's code are all from -127 to 128, or all from -4 to 4 (so that ties are common), or mostly 0.
    Raises `GameError` for an unknown family or parameter.
    """
    if isinstance(family, str):
        family = family_named(family)
    known = [field.name for field in dataclasses.fields(family)]
    for name in parameters:
        if name not in known:
            raise GameError(f"{family.name}: expected parameters among {', '.join(known)}, found {shown(name)}")
    family = dataclasses.replace(family, **parameters)
    decode = family.decode_bytes
    # The first byte chooses how the others are spread. Drawn codes would be short on average; codes of full length make
    # dense games, and shrink to shorter ones.
    length = 1 + family.code_length
    codes = st.binary(max_size=length) | st.binary(min_size=length, max_size=length)
    return codes.map(lambda code: decode(code[1:].translate(_SPREADS[code[0] % 3])) if code else decode(b""))


_SPREADS = (
    bytes(range(256)),  # as drawn; a shrunk code of another spread is its own image, so it shrinks on to this one
    bytes(byte % 9 for byte in range(256)),
    bytes(byte if byte < 64 else 0 for byte in range(256)),
)
