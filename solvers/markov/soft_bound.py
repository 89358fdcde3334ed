"""How far a fixed point of soft Q-value iteration is: a box that the step maps into itself and contracts.

In the notation of `solvers.markov.soft_stage`, derivatives of the stage values at a state are

  dq(a) = sum_b nu dQ_L + sum_b nu (Q_L - q) dQ_F / tau_F
  counted      dV_L = sum_a pi dq(a)
               dV_F = sum_a pi (sum_b nu dQ_F + (F - V_F) dq(a) / tau_L)
  not counted  dV_L = sum_a pi (1 + (q - V_L) / tau_L) dq(a)
               dV_F = sum_a pi (sum_b nu (1 + (Q_F - f) / tau_F) dQ_F + (f - V_F) dq(a) / tau_L).

The step on values is U -> V(r + gamma P U). Let J be its Jacobian at U, and X > 0 with J'X J <= k^2 X (a Lyapunov
matrix, which exists wherever J is stable): in the norm |v| = (v'X v)^(1/2) the step contracts by k at U, and by k + e
on a box around it where J moves by no more than e in that norm. If |step(U) - U| <= (1 - k - e) w and the ball of
radius w lies in the box, then the step and its damped forms map the ball into itself: the iteration from there
converges to a fixed point within w, the only one in the ball. Nothing global is assumed, and low temperatures only
shrink the box that is needed. Choices do not see constants, which J maps to gamma_k times themselves: all this is done
for U without its means, where J is much smaller if the chain mixes, and the means follow from a linear equation. Where
the matrix of sqvi/soft-contraction has a spectral radius below one, there is no other fixed point.
"""

from __future__ import annotations

import numpy as np

from games.markov import MarkovGame
from solvers.markov.backup import SLACK, UNIT, Backup, table_error
from solvers.markov.soft_stage import SoftStage


def contraction_matrix(game: MarkovGame, temperatures: tuple[float, float], entropy: bool = True) -> np.ndarray:
    """C (2, 2) with |T Q - T Q'| <= C |Q - Q'| for all Q and all Q' with span(Q'_k) <= R_k = span(r_k) / (1 - gamma_k).

    With the entropies counted the matrix of sqvi/soft-contraction; without them, x -> <softmax(x / tau), x> has the
    modulus 1 + span(x) / (2 tau), which multiplies what passes through it. Every fixed point has spans of at most R.
    """
    tau_leader, tau_follower = temperatures
    g, h = float(game.leader_discount), float(game.follower_discount)
    big_l = float(np.ptp(game.leader_reward)) / (1 - g)
    big_f = float(np.ptp(game.follower_reward)) / (1 - h)
    through = 1.0 if entropy else 1 + big_l / (2 * tau_leader)
    reply = 1.0 if entropy else 1 + big_f / (2 * tau_follower)
    cross = big_l / (2 * tau_follower)
    back = big_f / (2 * tau_leader)
    return np.array([[g * through, g * through * cross], [h * back, h * (reply + back * cross)]])


def error_bound(
    backup: Backup,
    tables: np.ndarray,
    found: SoftStage,
    temperatures: tuple[float, float],
    entropy: bool,
    discounts: np.ndarray,
    miss: np.ndarray,
    rounding: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """How far the fixed point is from tables = r + gamma P U in every entry: (2,); NaN where nothing is proved.

    `miss` (2, S) is V(tables) - U as computed; `rounding` is how far stage values and tables are off, each (2,).
    """
    unknown = np.full(2, np.nan)
    states = backup.states
    # Each player's values are measured in his own unit, so that payoffs of different size do not spoil X.
    unit = np.abs(tables).max(axis=(1, 2, 3))
    unit = np.where(unit > 0, unit, 1.0)
    scale = np.repeat(unit, states)
    jacobian = _jacobian(backup, tables, found, temperatures, entropy, discounts) * (scale / scale[:, None])
    centred = np.kron(np.eye(2), np.eye(states) - 1 / states)
    jacobian = centred @ jacobian @ centred
    lyapunov = _lyapunov(jacobian)
    if lyapunov is None:
        return unknown
    factor = np.linalg.cholesky(lyapunov).T  # X = factor' factor
    inverse = np.linalg.inv(factor)
    factor_sizes = np.array([np.linalg.norm(part, 2) for part in np.split(factor, 2, axis=1)])
    inverse_sizes = np.array([np.linalg.norm(part, 2) for part in np.split(inverse, 2, axis=0)])
    n = 2 * states
    # Products and the inverse are rounded by at most about n u times the condition.
    contraction = np.linalg.norm(factor @ jacobian @ inverse, 2) + 8 * n * n * UNIT * factor_sizes.sum() * (
        inverse_sizes.sum()
    )
    if not contraction < 1:
        return unknown
    centre = _coefficients(tables, found, temperatures, entropy, np.zeros(2))
    errors = rounding[0] + centre.max(axis=0) @ rounding[1]  # of V at U, not of V at the tables
    apart = np.abs(miss - miss.mean(axis=1, keepdims=True)) + 2 * errors[:, None]
    start = float(np.linalg.norm(np.abs(factor) @ (apart.ravel() / scale)))
    reach = np.linalg.norm(inverse, axis=1).reshape(2, states).max(axis=1) * unit  # of a unit ball, by player
    factors = discounts * (1 + backup.defect)
    for room in (1.1, 2.0, 4.0):
        radius = SLACK * room * start / (1 - contraction) + np.finfo(float).tiny
        reached = factors * reach * radius + rounding[1] + np.finfo(float).tiny
        within = 1.1 * reached  # |Q' - Q| modulo constants, with room for the leak below
        around = _coefficients(tables, found, temperatures, entropy, within)
        if not np.isfinite(around).all():
            return unknown
        constant = SLACK * (around.max(axis=0) @ within + np.abs(miss).max(axis=1) + errors) / (1 - factors)
        # Rows of the kernel miss one by the defect: so much of the constants is seen by the choices.
        leak = discounts * backup.defect * constant
        leaked = np.sqrt(states) * float(factor_sizes @ (around.max(axis=0) @ leak / unit))
        moved = (around - centre).max(axis=0) * factors * (unit / unit[:, None])
        # A block of S x S with row sums of at most m has a 2-norm of at most S^(1/2) m.
        change = SLACK * np.sqrt(states) * float(factor_sizes @ moved @ inverse_sizes)
        if (leak <= 0.09 * reached).all() and start + leaked <= (1 - contraction - change) * radius:
            return SLACK * (within + factors * constant)
    return unknown


def _jacobian(
    backup: Backup,
    tables: np.ndarray,
    found: SoftStage,
    temperatures: tuple[float, float],
    entropy: bool,
    discounts: np.ndarray,
) -> np.ndarray:
    """dV / dU (2 S, 2 S), the leader's values first."""
    tau_l, tau_f = temperatures
    leader_q, follower_q = tables
    nu = found.follower
    slope = nu * (leader_q - found.served[..., None]) / tau_f
    through, own = found.leader, found.leader[..., None] * nu
    if not entropy:
        through = found.leader * (1 + (found.served - found.values[0][:, None]) / tau_l)
        own = own * (1 + (follower_q - found.reply_values[..., None]) / tau_f)
    back = found.leader * (found.reply_values - found.values[1][:, None]) / tau_l
    weights = np.stack(
        [through[..., None] * nu, through[..., None] * slope, back[..., None] * nu, own + back[..., None] * slope]
    )
    states = backup.states
    blocks = np.empty((4, states, states))
    for s in range(states):
        blocks[:, s] = weights[:, s].reshape(4, -1) @ backup.game.transition[s].reshape(-1, states)
    return np.block([[blocks[0], blocks[1]], [blocks[2], blocks[3]]]) * np.repeat(discounts, states)


def _lyapunov(jacobian: np.ndarray) -> np.ndarray | None:
    """X = I + J'J + (J')^2 J^2 + ..., by doubling; None where the sum does not settle: J is not stable."""
    total, power = np.eye(len(jacobian)), jacobian
    for _ in range(40):
        with np.errstate(over="ignore", invalid="ignore"):
            added = power.T @ total @ power
            power = power @ power
        if not np.isfinite(added).all() or np.abs(added).max() > 1e12:
            return None
        total = total + added
        if np.abs(added).max() <= 1e-3 * np.abs(total).max() and np.abs(power).max() < 1e-3:
            return (total + total.T) / 2
    return None


def _coefficients(
    tables: np.ndarray, found: SoftStage, temperatures: tuple[float, float], entropy: bool, widths: np.ndarray
) -> np.ndarray:
    """Sums over (a, b) of the absolute derivatives of V_k(s) by Q_l, each factor as large as it gets: (S, 2, 2).

    At widths 0 they are those at the tables. On |Q' - Q| <= widths no sum of the absolute differences of derivatives
    exceeds the difference of the two: every factor x grows to m |x| + e where |x' - x| <= (m - 1) |x| + e.
    """
    tau_l, tau_f = temperatures
    leader_q, follower_q = tables
    d_l, d_f = widths
    moved = d_l + d_f * (np.ptp(leader_q, axis=-1).max() + 2 * d_l) / (2 * tau_f)  # |q' - q|
    with np.errstate(over="ignore"):
        more_nu = np.exp(2 * d_f / tau_f)
        more_pi = np.exp(2 * moved / tau_l)
    if not (np.isfinite(more_nu) and np.isfinite(more_pi)):
        return np.full((len(leader_q), 2, 2), np.inf)
    nu, pi = more_nu * found.follower, more_pi * found.leader
    slope = (nu * (np.abs(leader_q - found.served[..., None]) + d_l + moved)).sum(axis=-1) / tau_f  # (S, A)
    replied = d_f  # |F' - F| or |f' - f|
    own, through = nu.sum(axis=-1), pi  # (S, A)
    if not entropy:
        replied = d_f * (1 + (np.ptp(follower_q, axis=-1).max() + 2 * d_f) / (2 * tau_f))
        own = (nu * (np.abs(1 + (follower_q - found.reply_values[..., None]) / tau_f) + (d_f + replied) / tau_f)).sum(
            axis=-1
        )
        valued = moved * (1 + (np.ptp(found.served, axis=-1).max() + 2 * moved) / (2 * tau_l))  # |V_L' - V_L|
        through = pi * (np.abs(1 + (found.served - found.values[0][:, None]) / tau_l) + (moved + valued) / tau_l)
    apart = np.ptp(found.reply_values, axis=-1).max() + 2 * replied
    valued = replied + moved * apart / (2 * tau_l)  # |V_F' - V_F|
    back = pi * (np.abs(found.reply_values - found.values[1][:, None]) + replied + valued) / tau_l
    sums = [
        [(through * nu.sum(axis=-1)).sum(axis=-1), (through * slope).sum(axis=-1)],
        [(back * nu.sum(axis=-1)).sum(axis=-1), (pi * own + back * slope).sum(axis=-1)],
    ]
    return np.moveaxis(np.array(sums), -1, 0)


def rounding_errors(
    backup: Backup,
    tables: np.ndarray,
    found: SoftStage,
    temperatures: tuple[float, float],
    discounts: np.ndarray,
    largest: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """How far computed values V(Q), and computed tables r + gamma P V, may be off, each (2,).

    Probabilities are off by at most about (n + 12) u in sum: arguments of exp are differences from the largest, and
    |x| exp(-x) < 1, and library exponentials and logarithms are taken to be right within 4 u; so are values in spans of
    the tables, and within a few u of their size, since their middle is taken out. An error of q shifts pi by itself
    over tau_L.
    """
    n = tables.shape[-1] + tables.shape[-2] + 24
    spans = np.ptp(tables, axis=(1, 2, 3)) + np.array(temperatures) * np.log(tables.shape[2:])
    sizes = spans + 4 / n * np.abs(tables).max(axis=(1, 2, 3))
    served = n * UNIT * sizes[0]
    spreads = float(np.ptp(found.served)), float(np.ptp(found.reply_values, axis=-1).max())
    valued = [
        served * (2 + spreads[0] / (2 * temperatures[0])),
        2 * n * UNIT * sizes[1] + served * spreads[1] / (2 * temperatures[0]),
    ]
    return SLACK * np.array(valued), table_error(backup, found.values, discounts, largest)
