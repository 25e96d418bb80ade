"""The worked examples of the book, number by number.

`tests/golden.json` names its conventions; this file translates them: channels last as here, but a
flipped forward pass ("conv") is `conv2d` with the turned kernel, and the dense cases are printed
with features down the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cnnlib as c
from tests.golden import CASES, arrays_of


def agree(case: dict[str, Any], **actual: Any) -> None:
    """Exact cases to the last bit, the others to 1e-12; wrong_ values must not be met."""
    for name, value in actual.items():
        expected = np.array(case["expected"][name])
        if case["exact"]:
            np.testing.assert_array_equal(value, expected, err_msg=name)
        else:
            np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12, err_msg=name)


def convolution(case: dict[str, Any]) -> None:
    params, a = case["params"], arrays_of(case)
    one_axis = case["op"] == "conv1d"
    forward, backward = (c.conv1d, c.conv1d_backward) if one_axis else (c.conv2d, c.conv2d_backward)
    pad = params["pad"]
    padding = tuple(pad) if one_axis else ((pad[0], pad[1]), (pad[2], pad[3]))
    turn = c.rot180 if params["forward"] == "conv" else np.asarray
    z = forward(a["x"], turn(a["w"]), a["b"], stride=params["stride"], padding=padding)
    grads = backward(a["dz"], a["x"], turn(a["w"]), stride=params["stride"], padding=padding)
    agree(case, z=z, dx=grads.dx, dw=turn(grads.dw), db=grads.db)
    if "dilated_dz" in case["expected"]:
        agree(case, dilated_dz=c.dilate(a["dz"], params["stride"]))


def matrix(case: dict[str, Any]) -> None:
    """Row o of the matrix is what output o reads: the answer to unit images."""
    a, h, k = arrays_of(case), case["params"]["h"], case["params"]["k"]
    kernel = a["kernel"].reshape(k, k, 1, 1)
    units = np.eye(h * h).reshape(h * h, h, h, 1)
    m = c.conv2d(units, kernel).reshape(h * h, -1).T
    out, x = h - k + 1, a["x"].reshape(1, h, h, 1)
    delta = a["dz"].reshape(1, out, out, 1)
    agree(
        case,
        index_matrix=m,
        z=c.conv2d(x, kernel).ravel(),
        dx_is_MT_dz=c.conv2d_input_grad(delta, kernel, x.shape).ravel(),
        dM_dense=c.dense_backward(a["dz"][None], a["x"][None], m.T).dw.T,
        dkernel_tied_sum=c.conv2d_kernel_grad(delta, x, k).ravel(),
    )
    assert (m.size, np.count_nonzero(m)) == (case["params"]["entries"], case["params"]["nonzero"])
    assert len(np.unique(m[m != 0])) == case["params"]["distinct"]


def bias(case: dict[str, Any]) -> None:
    dz = arrays_of(case)["dz"]
    db = c.conv2d_backward(dz, np.ones((1, 3, 3, 1)), np.ones((2, 2, 1, 1))).db
    agree(case, db_shared=db, db_untied=dz)


def mlp_delta(case: dict[str, Any]) -> None:
    a, name = arrays_of(case), case["params"]["activation"]
    z1, w2, delta2 = a["z1"][None], a["W2"].T, a["delta2"][None]
    a1 = getattr(c, name)(z1)
    grads = c.dense_backward(delta2, a1, w2)
    delta1 = getattr(c, f"{name}_backward")(grads.dx, z1)
    agree(case, a1=a1[0], z2=c.dense(a1, w2, a["b2"])[0], delta1=delta1[0])
    if "dW2" in case["expected"]:
        agree(case, dW2=grads.dw.T, db2=grads.db)


def relu(case: dict[str, Any]) -> None:
    a = arrays_of(case)
    agree(case, a=c.relu(a["z"]), dz=c.relu_backward(a["da"], a["z"]))


def conv_delta(case: dict[str, Any]) -> None:
    a = arrays_of(case)
    activation = c.relu(a["z_l"])
    da = c.conv2d_input_grad(a["delta_next"], a["w"], activation.shape)
    agree(case, z_next=c.conv2d(activation, a["w"]), delta_l=c.relu_backward(da, a["z_l"]))


def max_pool(case: dict[str, Any]) -> None:
    a, k, s = arrays_of(case), case["params"]["k"], case["params"]["s"]
    agree(case, out=c.max_pool2d(a["x"], k, stride=s))
    agree(case, dx=c.max_pool2d_backward(a["dout"], a["x"], k, stride=s))
    if "equal_split_dx" in case["expected"]:
        split = c.max_pool2d_backward(a["dout"], a["x"], k, stride=s, ties="split")
        np.testing.assert_allclose(split, case["expected"]["equal_split_dx"], rtol=1e-15)
        every = c.max_pool2d_backward(a["dout"], a["x"], k, stride=s, ties="all")
        agree(case, wrong_mask_dx=every)


def avg_pool(case: dict[str, Any]) -> None:
    a, k, s = arrays_of(case), case["params"]["k"], case["params"]["s"]
    z = c.avg_pool2d(a["x"], k, stride=s)
    agree(case, out=z, dx=c.avg_pool2d_backward(a["dout"], a["x"], k, stride=s))


def softmax(case: dict[str, Any]) -> None:
    a, expected = arrays_of(case), case["expected"]
    agree(case, p=c.softmax(a["z"]))
    if not np.allclose(a["y"].sum(1), 1):  # p - y would be wrong here, so such labels are refused
        with pytest.raises(ValueError, match="sum to 1"):
            c.softmax_cross_entropy_backward(a["z"], a["y"])
        return
    agree(case, loss=c.softmax_cross_entropy(a["z"], a["y"]))
    agree(case, dz=c.softmax_cross_entropy_backward(a["z"], a["y"]))
    if "jacobian" in expected:
        p = c.softmax(a["z"])[0]
        agree(case, jacobian=np.diag(p) - np.outer(p, p))


def dense_features_down_the_rows(case: dict[str, Any]) -> None:
    a = arrays_of(case)
    z = c.dense(a["x"].T, a["w"].T, a["b"][:, 0])
    delta = c.relu_backward(a["dA"].T, z)
    grads = c.dense_backward(delta, a["x"].T, a["w"].T)
    agree(case, z=z.T, a=c.relu(z).T, dZ=delta.T)
    agree(case, dx=grads.dx.T, dw=grads.dw.T, db=grads.db[:, None])


def one_over_m(case: dict[str, Any]) -> None:
    a = arrays_of(case)
    logits = c.dense(a["x"].T, a["w"].T)
    delta = c.softmax_cross_entropy_backward(logits, a["y"].T)
    dw = c.dense_backward(delta, a["x"].T, a["w"].T).dw
    m = len(delta)
    agree(case, dZ_of_mean_loss=delta.T, dZ_per_example=m * delta.T)
    agree(case, dw=dw.T, wrong_twice=dw.T / m, wrong_never=m * dw.T)


def flatten_order(case: dict[str, Any]) -> None:
    x = arrays_of(case)["x"]
    agree(case, right=x.reshape(len(x), -1).T, wrong_reshape_minus1_m=x.reshape(-1, len(x)))


def fft(case: dict[str, Any]) -> None:
    x, k = case["inputs"]["x"], case["inputs"]["k"]
    row, kernel = np.reshape(x, (1, -1, 1)), np.reshape(k, (-1, 1, 1))
    flipped = c.rot180(kernel)
    agree(
        case,
        linear_full=c.conv1d(row, flipped, padding="full").ravel(),
        valid=c.conv1d(row, flipped).ravel(),
        correlation_valid=c.conv1d(row, kernel).ravel(),
    )
    product = np.fft.ifft(np.fft.fft(x) * np.fft.fft(k, len(x))).real
    np.testing.assert_allclose(product, case["expected"]["circular_n4"], atol=1e-12)


def sizes(case: dict[str, Any]) -> None:
    for row in case["expected"]["table"]:
        n, k, s, p = row["n"], row["k"], row["s"], row["p"]
        assert c.output_size(n, k, s, p) == row["out"]
        reached = c.conv1d_input_grad(np.ones((1, row["out"], 1)), np.ones((k, 1, 1)), (1, n, 1),
                                      stride=s, padding=p)  # fmt: skip
        if s <= k:  # then only the far end can be out of reach, as far as it is not padding
            assert np.count_nonzero(reached == 0) == max(row["uncovered"] - p, 0)


def coverage(case: dict[str, Any]) -> None:
    for row in case["expected"]["one_d"]:
        n, k, s = row["n"], row["k"], row["s"]
        delta = np.ones((1, c.output_size(n, k, s), 1))
        reached = c.conv1d_input_grad(delta, np.ones((k, 1, 1)), (1, n, 1), stride=s)
        np.testing.assert_array_equal(reached.ravel(), row["coverage"])
    delta, kernel = np.ones((1, 3, 3, 1)), np.ones((3, 3, 1, 1))
    two = c.conv2d_input_grad(delta, kernel, (1, 5, 5, 1))
    np.testing.assert_array_equal(two[0, :, :, 0], case["expected"]["two_d_5x5_k3"])


def tie_behind_a_shared_bias(case: dict[str, Any]) -> None:
    a = arrays_of(case)
    z = c.conv2d(a["x"], a["w"], a["b"])
    pooled = c.max_pool2d(c.relu(z), 2)
    agree(case, loss=pooled.sum())
    for ties, name in {"first": "db", "split": "db", "all": "wrong_mask_db"}.items():
        da = c.max_pool2d_backward(np.ones_like(pooled), c.relu(z), 2, ties=ties)
        agree(case, **{name: c.conv2d_backward(c.relu_backward(da, z), a["x"], a["w"]).db})


def tiny_cnn(case: dict[str, Any]) -> None:
    a, v = arrays_of(case), np.array(case["inputs"]["V"]).T
    z = c.conv2d(a["x"], a["w"], a["b"])
    activation = c.relu(z)
    pool = c.max_pool2d(activation, 2)
    features = pool.reshape(1, -1)
    logits, y = c.dense(features, v, a["c"]), np.eye(3)[[case["params"]["label"]]]
    agree(case, z=z, a=activation, pool=pool, features=features, logits=logits)
    agree(case, p=c.softmax(logits), loss=c.softmax_cross_entropy(logits, y))
    delta = c.softmax_cross_entropy_backward(logits, y)
    top = c.dense_backward(delta, features, v)
    dpool = top.dx.reshape(pool.shape)
    da = c.max_pool2d_backward(dpool, activation, 2)
    dz = c.relu_backward(da, z)
    grads = c.conv2d_backward(dz, a["x"], a["w"])
    agree(case, dlogits=delta, dV=top.dw.T, dc=top.db, dpool=dpool, da=da, dz=dz)
    agree(case, dx=grads.dx, dw=grads.dw, db=grads.db)


BY_ID = {
    "fc_features_by_m": dense_features_down_the_rows,
    "one_over_m": one_over_m,
    "flatten_order": flatten_order,
    "maxpool_tie_shared_bias": tie_behind_a_shared_bias,
    "tiny_cnn": tiny_cnn,
}
BY_OPERATION: dict[str, Callable[[dict[str, Any]], None]] = {
    "conv1d": convolution,
    "conv2d": convolution,
    "conv_matrix": matrix,
    "bias": bias,
    "mlp_delta": mlp_delta,
    "relu": relu,
    "conv_delta": conv_delta,
    "maxpool2d": max_pool,
    "avgpool2d": avg_pool,
    "softmax_ce": softmax,
    "fft": fft,
    "size": sizes,
    "coverage": coverage,
}


@pytest.mark.parametrize("name", CASES)
def test_worked_example(name: str) -> None:
    case = CASES[name]
    (BY_ID.get(name) or BY_OPERATION[case["op"]])(case)
