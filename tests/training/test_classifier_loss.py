"""The loss over sets, against numbers worked out by hand and against torch's cross-entropy."""

import math

import pytest

torch = pytest.importorskip("torch")

from marchpast.training.classifier_loss import set_loss  # noqa: E402


def test_one_allowed_leaf_is_cross_entropy() -> None:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(16, 7, generator=generator)
    target = torch.randint(0, 7, (16,), generator=generator)
    allowed = torch.nn.functional.one_hot(target, 7).bool()
    expected = torch.nn.functional.cross_entropy(logits, target, reduction="none")
    found = set_loss(logits, allowed, torch.rand(7, generator=generator) + 0.1, balance=0.7)
    torch.testing.assert_close(found, expected)


def test_a_set_is_worth_its_mass() -> None:
    # Shares 1/10, 2/10, 3/10, 4/10; the set holds the first and the last: 1/2.
    logits = torch.log(torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
    allowed = torch.tensor([[True, False, False, True]])
    loss = set_loss(logits, allowed, torch.ones(4))
    assert loss.item() == pytest.approx(math.log(2))


def test_balance_is_the_divergence_inside_the_set() -> None:
    # Inside the set the network says (1/5, 4/5), the prior (1/4, 3/4).
    logits = torch.log(torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
    allowed = torch.tensor([[True, False, False, True]])
    prior = torch.tensor([1.0, 5.0, 5.0, 3.0])
    divergence = 0.25 * math.log(0.25 / 0.2) + 0.75 * math.log(0.75 / 0.8)
    loss = set_loss(logits, allowed, prior, balance=0.5)
    assert loss.item() == pytest.approx(math.log(2) + 0.5 * divergence, rel=1e-5)


def test_balance_is_lowest_at_the_prior() -> None:
    prior = torch.tensor([1.0, 2.0, 3.0, 4.0])
    allowed = torch.tensor([[True, True, False, True]])
    logits = torch.log(prior)[None].clone().requires_grad_()
    with_balance = set_loss(logits, allowed, prior, balance=1.0)
    without = set_loss(logits, allowed, prior)
    torch.testing.assert_close(with_balance, without)


def test_gradient_lifts_the_allowed_and_lowers_the_rest() -> None:
    logits = torch.zeros(1, 5, requires_grad=True)
    allowed = torch.tensor([[True, True, False, False, False]])
    set_loss(logits, allowed, torch.ones(5), balance=0.3).sum().backward()
    # Shares are 1/5; posterior inside the set 1/2: 1/5 - 1/2 for the allowed, 1/5 for the others.
    expected = torch.tensor([[-0.3, -0.3, 0.2, 0.2, 0.2]])
    torch.testing.assert_close(logits.grad, expected)


def test_extreme_logits_stay_finite() -> None:
    logits = torch.tensor([[80.0, -80.0, -80.0]], requires_grad=True)
    allowed = torch.tensor([[False, True, True]])
    loss = set_loss(logits, allowed, torch.ones(3), balance=0.1)
    loss.sum().backward()
    assert loss.item() == pytest.approx(160 - math.log(2), abs=1e-3)
    assert torch.isfinite(logits.grad).all()
