"""Relations: what a line of a derivation says, and the object its LaTeX is printed from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, TypeAlias

import sympy
from sympy.core.relational import Relational
from sympy.tensor.indexed import IndexedBase

from proofs.engine.errors import DerivationError
from proofs.engine.identity import Form, normal_form
from proofs.engine.substitution import Replacement, check_replacement, free_variables, substitute, value_variables
from proofs.engine.terms import Index, Moment, Scalar, Size, Variable, check_language, vector

Op: TypeAlias = Literal["=", "<=", "<"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """For all `bound` variables such that `given`: lhs op rhs.

    Raises `DerivationError` for terms outside the engine's language, and for quantification over a size or a moment.
    """

    latex_op: ClassVar[dict[str, str]] = {"=": "=", "<=": r"\le", "<": "<"}

    op: Op
    lhs: sympy.Expr
    rhs: sympy.Expr
    bound: tuple[Variable, ...] = ()
    given: tuple[Relation, ...] = ()

    def __post_init__(self) -> None:
        if self.op not in self.latex_op:
            raise DerivationError(f"expected one of =, <=, <, found {self.op!r}")
        for side in ("lhs", "rhs"):
            object.__setattr__(self, side, sympy.sympify(getattr(self, side)))
            check_language(getattr(self, side))
        fixed = any(isinstance(variable, Size | Moment) for variable in self.bound)
        if fixed or len(set(self.bound)) < len(self.bound):
            raise DerivationError(f"expected distinct bound scalars, indices and vectors, found {self.bound}")
        if self.given and not self.bound:
            raise DerivationError("expected bound variables beside given relations, found none")

    @property
    def difference(self) -> sympy.Expr:
        """rhs - lhs: zero, nonnegative or positive."""
        return self.rhs - self.lhs

    @property
    def free(self) -> frozenset[Variable]:
        """The variables free in the relation."""
        parts = frozenset(free_variables(self.lhs) | free_variables(self.rhs))
        return parts.union(*(relation.free for relation in self.given)) - frozenset(self.bound)

    @property
    def body(self) -> Relation:
        """The relation without its quantifier; its bound variables become free."""
        return dataclasses.replace(self, bound=(), given=())

    def for_all(self, *variables: Variable, given: Iterable[Relation] = ()) -> Relation:
        """The relation quantified over the variables, under the given relations.

        Variables bound already are renamed where the given relations speak of free ones by their names.
        """
        given = tuple(given)
        inner = self
        spoken_of = frozenset().union(*(relation.free for relation in given))
        if spoken_of & {*self.bound}:
            apart = _apart(self.bound, spoken_of | self.free | {*variables})
            body, conditions = self.instance(apart)
            inner = dataclasses.replace(body, bound=tuple(apart.values()), given=conditions)
        return dataclasses.replace(inner, bound=(*variables, *inner.bound), given=(*given, *inner.given))

    def substitute(self, replacement: Replacement) -> Relation:
        """Free variables replaced; bound variables are renamed where they would capture."""
        check_replacement(replacement)
        free = self.free
        inner = {variable: value for variable, value in replacement.items() if variable in free}
        if not inner:
            return self
        incoming = frozenset().union(*(value_variables(value) for value in inner.values()))
        names = _apart(self.bound, incoming | free)
        complete: dict[Variable, Any] = inner | {old: new for old, new in names.items() if old != new}
        return Relation(
            op=self.op,
            lhs=substitute(self.lhs, complete),
            rhs=substitute(self.rhs, complete),
            bound=tuple(names.values()),
            given=tuple(relation.substitute(complete) for relation in self.given),
        )

    def instance(self, replacement: Mapping[Variable, Any]) -> tuple[Relation, tuple[Relation, ...]]:
        """The body and the given relations with every bound variable replaced.

        Raises `DerivationError` where the replaced variables are not exactly the bound ones.
        """
        if set(replacement) != set(self.bound):
            raise DerivationError(
                f"expected values for {_names(self.bound)}, the bound variables, found them for {_names(replacement)}"
            )
        check_replacement(replacement)
        return self.body.substitute(replacement), tuple(relation.substitute(replacement) for relation in self.given)

    def same_as(self, other: Relation) -> bool:
        """Equal up to the names of bound variables, the normal form of rhs - lhs, and a positive rational factor."""
        if type(self) is not type(other):
            return False
        if self.op != other.op or len(self.bound) != len(other.bound) or len(self.given) != len(other.given):
            return False
        if self == other:
            return True
        if self.bound:
            if any(_sort(mine) != _sort(theirs) for mine, theirs in zip(self.bound, other.bound, strict=True)):
                return False
            common = _apart(self.bound, self.free | other.free | {*other.bound})
            mine = self.instance(common)
            theirs = other.instance(dict(zip(other.bound, common.values(), strict=True)))
            return mine[0].same_as(theirs[0]) and same_relations(mine[1], theirs[1])
        left, right = normal_form(self.difference), normal_form(other.difference)
        if left.is_zero or right.is_zero:
            return left.is_zero and right.is_zero
        if left.generators != right.generators:
            return False
        factor = _leading(left) / _leading(right)
        if self.op != "=" and factor < 0:
            return False
        return left.numerator == right.numerator * factor and left.denominator == right.denominator

    def latex(self) -> str:
        """The relation as LaTeX."""
        core = f"{sympy.latex(self.lhs)} {self.latex_op[self.op]} {sympy.latex(self.rhs)}"
        if not self.bound:
            return core
        given = r"\; ".join(("", *(rf"\left({relation.latex()}\right)" for relation in self.given)))
        variables = ", ".join(sympy.latex(variable) for variable in self.bound)
        return rf"\forall {variables}{given}:\; {core}"

    def __str__(self) -> str:
        core = f"{self.lhs} {self.op} {self.rhs}"
        if not self.bound:
            return core
        given = f" with {'; '.join(map(str, self.given))}" if self.given else ""
        return f"for all {_names(self.bound)}{given}: {core}"


def equal(lhs: Any, rhs: Any) -> Relation:
    """lhs = rhs."""
    return Relation(op="=", lhs=lhs, rhs=rhs)


def at_most(lhs: Any, rhs: Any) -> Relation:
    """lhs <= rhs."""
    return Relation(op="<=", lhs=lhs, rhs=rhs)


def less(lhs: Any, rhs: Any) -> Relation:
    """lhs < rhs."""
    return Relation(op="<", lhs=lhs, rhs=rhs)


def as_relation(statement: Relation | Relational) -> Relation:
    """A `Relation` from one, or from sympy's Eq, Le, Lt, Ge, Gt."""
    if isinstance(statement, Relation):
        return statement
    if isinstance(statement, sympy.Eq):
        return equal(statement.lhs, statement.rhs)
    if isinstance(statement, sympy.Le | sympy.Ge):
        return at_most(statement.lts, statement.gts)
    if isinstance(statement, sympy.Lt | sympy.Gt):
        return less(statement.lts, statement.gts)
    raise DerivationError(f"expected a relation (=, <=, <), found {statement!r}")


def same_relations(left: Iterable[Relation], right: Iterable[Relation]) -> bool:
    """Equal as sets, up to normal form."""
    left, right = tuple(left), tuple(right)
    return all(any(a.same_as(b) for b in right) for a in left) and all(any(a.same_as(b) for a in left) for b in right)


def _leading(form: Form) -> Any:
    return form.numerator.leading_coefficient()


def _names(variables: Iterable[Variable]) -> str:
    return ", ".join(sorted(str(variable) for variable in variables)) or "none"


def _sort(variable: Variable) -> tuple[str, str]:
    if isinstance(variable, Index):
        return "index", f"{variable.domain.name}, {variable.domain.elements}"
    return ("vector", "") if isinstance(variable, IndexedBase) else ("scalar", "")


def _apart(variables: Iterable[Variable], avoid: Iterable[Variable]) -> dict[Variable, Variable]:
    """Variables of the same sorts, distinct, and of names that none to avoid has."""
    taken = {str(variable) for variable in avoid}
    names: dict[Variable, Variable] = {}
    for variable in variables:
        name = str(variable)
        while name in taken:
            name += "'"
        taken.add(name)
        if name == str(variable):
            names[variable] = variable
        elif isinstance(variable, Index):
            names[variable] = Index(name, variable.domain)
        else:
            names[variable] = vector(name) if isinstance(variable, IndexedBase) else Scalar(name)
    return names
