"""Expressions that bind generators: expectations over random vectors, and functions at their arguments.

What is bound has no meaning outside its scope. Substitution leaves it alone, and refuses to bring anything that speaks
of a generator of the same name from outside into the scope.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra_expressions import ATOM, Expression, Generator, Inverse, LogDet, walk


@dataclasses.dataclass(frozen=True, slots=True)
class Expectation(Expression):
    """E[argument] over a random vector of the given mean and covariance, a binder: its scope is the argument.

    Everything else in the argument is a constant. The argument is to be a polynomial of degree at most 2 in the
    variable, so that mean and covariance decide the value, whatever the law; the free algebra refuses others.
    """

    variable: Generator
    mean: Expression
    covariance: Expression
    argument: Expression

    def children(self) -> tuple[Expression, ...]:
        return self.mean, self.covariance, self.argument

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return expectation(children[2], self.variable, children[0], children[1])

    def latex_parts(self) -> tuple[str, int]:
        law = rf"{self.variable} \sim \left({self.mean.to_latex()},\, {self.covariance.to_latex()}\right)"
        return rf"\mathbb{{E}}_{{{law}}}\left[{self.argument.to_latex()}\right]", ATOM


def expectation(argument: Expression, variable: Expression, mean: Expression, covariance: Expression) -> Expression:
    """E[argument], the variable having that mean and covariance.

    Raises `DerivationError` where the variable is no column, or mean and covariance have not its shape.
    """
    if not isinstance(variable, Generator) or variable.cols != "1":
        raise DerivationError(f"expectation: expected a column to take it over, found {variable}")
    if mean.shape != variable.shape:
        raise DerivationError(f"expectation: expected a mean of {variable.rows} x 1, found {mean.rows} x {mean.cols}")
    if covariance.shape != (variable.rows, variable.rows):
        raise DerivationError(
            f"expectation: expected a covariance of {variable.rows} x {variable.rows}, "
            f"found {covariance.rows} x {covariance.cols}"
        )
    return Expectation(*argument.shape, variable, mean, covariance, argument)


@dataclasses.dataclass(frozen=True, slots=True)
class Application(Expression):
    """name(arguments) for an expression in parameters, at the arguments: notation, which algebra sees through."""

    name: str  # LaTeX
    parameters: tuple[Generator, ...]  # bound in the body
    body: Expression
    arguments: tuple[Expression, ...]

    def written_out(self) -> Expression:
        return replaced(self.body, dict(zip(self.parameters, self.arguments, strict=True)))

    def children(self) -> tuple[Expression, ...]:
        return (*self.arguments, self.body)

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return dataclasses.replace(self, arguments=children[:-1], body=children[-1])

    def latex_parts(self) -> tuple[str, int]:
        return rf"{self.name}\left({', '.join(argument.to_latex() for argument in self.arguments)}\right)", ATOM


@dataclasses.dataclass(frozen=True, slots=True)
class Function:
    """A polynomial in parameters with a name: called with arguments it is an `Application`.

    Raises `DerivationError` for a body with inverses or logarithms, which might exist at some arguments only, and for
    parameters that are no generators, occur twice, or are symmetric: the body would have lost their transposes, and
    arguments need not be symmetric.
    """

    name: str
    parameters: tuple[Expression, ...]
    body: Expression

    def __post_init__(self) -> None:
        if any(isinstance(part, Inverse | LogDet) for part in walk(self.body)):
            raise DerivationError(f"{self.name}: expected a polynomial, found an inverse or a logarithm in it")
        for parameter in self.parameters:
            symmetric = isinstance(parameter, Generator) and parameter.is_symmetric and not parameter.is_scalar
            if not isinstance(parameter, Generator) or symmetric or self.parameters.count(parameter) > 1:
                raise DerivationError(
                    f"{self.name}: expected generators as parameters, each once and none symmetric, found {parameter}"
                )

    def __call__(self, *arguments: Expression) -> Expression:
        parameters = tuple(part for part in self.parameters if isinstance(part, Generator))
        found = [argument.shape for argument in arguments]
        if len(parameters) != len(self.parameters) or found != [part.shape for part in parameters]:
            wanted = ", ".join(f"{part.rows} x {part.cols}" for part in self.parameters)
            raise DerivationError(f"{self.name}: expected arguments of shapes {wanted}, found {found}")
        return Application(*self.body.shape, self.name, parameters, self.body, arguments)


def free_generators(expression: Expression) -> frozenset[Generator]:
    """The generators that occur, but the variables of expectations inside their scope."""
    if isinstance(expression, Generator):
        return frozenset((expression,))
    if isinstance(expression, Expectation):
        outer = free_generators(expression.mean) | free_generators(expression.covariance)
        return outer | (free_generators(expression.argument) - {expression.variable})
    if isinstance(expression, Application):
        inner = free_generators(expression.body) - {*expression.parameters}
        return inner.union(*map(free_generators, expression.arguments))
    return frozenset().union(*(free_generators(child) for child in expression.children()))


def mapped(expression: Expression, replace: Callable[[Expression], Expression | None]) -> Expression:
    """The expression with every subexpression for which `replace` answers exchanged for that answer.

    What expectations and applications bind stays. Raises `DerivationError` for an answer of another shape, and for one
    that would bring a bound generator into its scope.
    """
    answer = replace(expression)
    if answer is not None:
        if answer.shape != expression.shape:
            raise DerivationError(
                f"substitute: expected shape {expression.rows} x {expression.cols} for {expression}, "
                f"found {answer.rows} x {answer.cols}"
            )
        return answer
    children = expression.children()
    if isinstance(expression, Expectation | Application):
        bound = expression.parameters if isinstance(expression, Application) else (expression.variable,)
        *outside, scope = children  # the scope of what is bound comes last
        found = (*(mapped(child, replace) for child in outside), _mapped_within(scope, bound, replace))
    else:
        found = tuple(mapped(child, replace) for child in children)
    unchanged = all(new is old for new, old in zip(found, children, strict=True))
    return expression if unchanged else expression.rebuilt(found)


def _mapped_within(
    scope: Expression, bound: tuple[Generator, ...], replace: Callable[[Expression], Expression | None]
) -> Expression:
    """The scope of bound generators mapped, these left alone and kept out of what comes in."""

    def within(part: Expression) -> Expression | None:
        answer = None if part in bound else replace(part)
        if answer is not None and not free_generators(answer).isdisjoint(bound):
            raise DerivationError(f"substitute: expected nothing about a bound {bound[0]} in its scope, found {answer}")
        return answer

    return mapped(scope, within)


def replaced(expression: Expression, replacements: Mapping[Expression, Expression]) -> Expression:
    """Generators exchanged for expressions; `free_algebra.substitute` also checks that symmetric ones stay so."""
    return mapped(expression, replacements.get)
