"""The loss over sets of leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def set_loss(
    logits: torch.Tensor,
    allowed: torch.Tensor,
    prior: torch.Tensor,
    *,
    balance: float = 0.0,
) -> torch.Tensor:
    """Return the loss of every crop: minus the log of the probability on its allowed leaves.

    With one allowed leaf this is cross-entropy. With several, nothing says how the mass should
    lie inside the set, and the leaf that is ahead would take it all; so a second term, weighted
    by `balance`, is the Kullback-Leibler divergence from the prior inside the set to the
    network's shares inside it. It is zero for one allowed leaf.

    Args:
        logits: `(N, L)`.
        allowed: `(N, L)` bool; at least one leaf a row.
        prior: `(L,)` positive weights of the leaves, any scale.
        balance: Weight of the second term.

    Returns:
        `(N,)` losses.
    """
    import torch

    log_shares = torch.log_softmax(logits, dim=1)
    log_mass = torch.logsumexp(log_shares.masked_fill(~allowed, -torch.inf), dim=1)
    weights = prior * allowed
    weights = weights / weights.sum(dim=1, keepdim=True)
    log_inside = log_shares - log_mass.unsqueeze(1)
    log_weights = torch.log(weights.clamp_min(torch.finfo(weights.dtype).tiny))
    divergence = (weights * (log_weights - log_inside)).sum(dim=1)
    return -log_mass + balance * divergence
