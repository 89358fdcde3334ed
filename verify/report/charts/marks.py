"""A sign for each verdict, told apart by its shape; the word always stands beside it."""

from __future__ import annotations

from markupsafe import Markup

from verify.verdict import Verdict

_SHAPES = {
    Verdict.PROVED: '<rect x="2" y="2" width="10" height="10"/>',  # the tombstone that ends a proof
    Verdict.REFUTED: '<path d="M2.5 2.5 11.5 11.5M11.5 2.5 2.5 11.5" class="stroke"/>',
    Verdict.SUPPORTED: '<circle cx="7" cy="7" r="5" class="stroke"/><path d="M7 2a5 5 0 0 0 0 10z"/>',
    Verdict.UNDECIDED: '<circle cx="7" cy="7" r="5" class="stroke"/><circle cx="7" cy="7" r="1.6"/>',
    Verdict.VACUOUS: '<circle cx="7" cy="7" r="4.5" class="stroke"/><path d="M2 12 12 2" class="stroke"/>',
    Verdict.NOT_RUN: '<path d="M2.5 7h9" class="stroke"/>',
}


def mark(verdict: Verdict | None) -> Markup:
    """The sign as inline SVG, hidden from readers of text."""
    shape = Markup(_SHAPES[verdict or Verdict.NOT_RUN])
    return Markup('<svg class="mark" viewBox="0 0 14 14" aria-hidden="true">{}</svg>').format(shape)
