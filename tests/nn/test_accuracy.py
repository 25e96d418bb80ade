"""The digit network is as good as it should be. Slow: it trains five times."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlib import nn
from cnnlib.data import digits


@pytest.mark.slow
def test_five_splits_average_at_least_98_percent() -> None:
    accuracies = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        _, history = nn.train_digit_network(digits(seed=seed), rng=rng, progress=False)
        accuracies.append(history.test_accuracy[-1])
    assert np.mean(accuracies) >= 0.98, accuracies
    assert min(accuracies) >= 0.96, accuracies
