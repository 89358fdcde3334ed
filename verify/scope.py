"""What a verdict speaks of."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

ScopeKind = Literal["all parameters", "fixed dimensions", "a box", "this instance", "sampled"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The set of instances a verdict covers; `detail` names the dimensions, the box, the instance or the sample."""

    kind: ScopeKind
    detail: str = ""

    @classmethod
    def sampled(cls, *, families: tuple[str, ...], seed: int, count: int) -> Scope:
        return cls(kind="sampled", detail=f"{count:,} instances of {', '.join(families)}; seed {seed}")

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else self.kind

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "detail": self.detail}
