"""The worked examples of the book, computed by replaying traces alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnlib as c
from tests.golden import CASES, arrays_of

OPERATIONS = ("conv1d", "conv2d", "conv_matrix", "bias", "mlp_delta", "relu", "conv_delta",
              "maxpool2d", "avgpool2d", "softmax_ce", "fc")  # fmt: skip
BY_OPERATION = [name for name, case in CASES.items() if case["op"] in OPERATIONS]


def agree(case: dict[str, Any], **actual: Any) -> None:
    """Exact cases to the last bit, the others to 1e-12."""
    rtol = 0 if case["exact"] else 1e-12
    for name, value in actual.items():
        expected = np.array(case["expected"][name])
        assert np.shape(value) == expected.shape, name
        np.testing.assert_allclose(value, expected, rtol=rtol, atol=rtol, err_msg=name)


def grads(trace: c.Trace, delta: Any) -> dict[str, np.ndarray]:
    return {f"d{name}": trace.backward(delta, name).replay() for name in trace.operands}


def convolution(case: dict[str, Any]) -> None:
    a, pad = arrays_of(case), case["params"]["pad"]
    padding = tuple(pad) if len(pad) == 2 else (tuple(pad[:2]), tuple(pad[2:]))
    tracer = c.trace_conv1d if case["op"] == "conv1d" else c.trace_conv2d
    flip = case["params"]["forward"] == "conv"
    stride = case["params"]["stride"]
    trace = tracer(a["x"], a["w"], a["b"], stride=stride, padding=padding, flip=flip)
    agree(case, z=trace.replay(), **grads(trace, a["dz"]))


conv1d = conv2d = convolution


def conv_matrix(case: dict[str, Any]) -> None:
    a, (h, k) = arrays_of(case), (case["params"]["h"], case["params"]["k"])
    trace = c.trace_conv2d(a["x"].reshape(1, h, h, 1), a["kernel"].reshape(k, k, 1, 1))
    delta = a["dz"].reshape(trace.shape)
    shared, m = trace.matrix(cells="w"), trace.matrix()
    agree(case, index_matrix=shared + 1, z=m @ a["x"], dx_is_MT_dz=m.T @ a["dz"])
    agree(case, dM_dense=np.outer(a["dz"], a["x"]))
    tied = [np.outer(a["dz"], a["x"])[shared == j].sum() for j in range(k * k)]
    agree(case, dkernel_tied_sum=tied)
    agree(case, dkernel_tied_sum=trace.backward(delta, "w").replay().ravel())
    assert m.size == case["params"]["entries"]
    assert (shared >= 0).sum() == case["params"]["nonzero"]
    assert len(np.unique(shared[shared >= 0])) == case["params"]["distinct"]


def bias(case: dict[str, Any]) -> None:
    dz = arrays_of(case)["dz"]
    trace = c.trace_bias(np.zeros_like(dz), [0])
    found = grads(trace, dz)
    agree(case, db_shared=found["db"], db_untied=found["dx"])


def mlp_delta(case: dict[str, Any]) -> None:
    a, name = arrays_of(case), case["params"]["activation"]
    a1 = getattr(c, f"trace_{name}")(a["z1"][None]).renamed(z="z1", a="a1")
    z2 = c.trace_dense(a1.replay(), a["W2"].T, a["b2"]).renamed(x="a1", w="w2", b="b2", z="z2")
    found = c.compose(a1=a1, z2=z2).backward(a["delta2"][None])
    agree(case, a1=a1.replay()[0], z2=z2.replay()[0], delta1=found["z1"][0])
    if "dW2" in case["expected"]:
        agree(case, dW2=found["w2"].T, db2=found["b2"])


def relu(case: dict[str, Any]) -> None:
    a = arrays_of(case)
    trace = c.trace_relu(a["z"])
    agree(case, a=trace.replay(), **grads(trace, a["da"]))


def conv_delta(case: dict[str, Any]) -> None:
    a = arrays_of(case)
    activation = c.trace_relu(a["z_l"]).renamed(z="z_l")
    z_next = c.trace_conv2d(activation.replay(), a["w"]).renamed(x="a")
    found = c.compose(a=activation, z_next=z_next).backward(a["delta_next"])
    agree(case, z_next=z_next.replay(), delta_l=found["z_l"])


def maxpool2d(case: dict[str, Any]) -> None:
    a, k, s = arrays_of(case), case["params"]["k"], case["params"]["s"]
    first, split, every = (
        c.trace_max_pool2d(a["x"], k, stride=s, ties=ties) for ties in ("first", "split", "all")
    )
    agree(case, out=first.replay(), dx=first.backward(a["dout"], "x").replay())
    if "equal_split_dx" in case["expected"]:
        agree(case, equal_split_dx=split.backward(a["dout"], "x").replay())
        agree(case, wrong_mask_dx=every.backward(a["dout"], "x").replay())


def avgpool2d(case: dict[str, Any]) -> None:
    a, k, s = arrays_of(case), case["params"]["k"], case["params"]["s"]
    trace = c.trace_avg_pool2d(a["x"], k, stride=s)
    agree(case, out=trace.replay(), dx=trace.backward(a["dout"], "x").replay())


def softmax_ce(case: dict[str, Any]) -> None:
    a, chain = arrays_of(case), c.trace_softmax(arrays_of(case)["z"])
    agree(case, p=chain.replay())
    if "jacobian" in case["expected"]:
        agree(case, jacobian=[chain.backward([row])["z"][0] for row in np.eye(a["z"].shape[1])])
    if not np.allclose(a["y"].sum(axis=1), 1):
        with pytest.raises(ValueError, match="sum to 1"):
            c.trace_softmax_cross_entropy(a["z"], a["y"])
        return
    loss = c.trace_softmax_cross_entropy(a["z"], a["y"])
    agree(case, loss=loss.replay()[0], dz=loss.backward([1])["z"])


def fc(case: dict[str, Any]) -> None:
    a = arrays_of(case)
    if case["id"] == "one_over_m":
        z = c.trace_dense(a["x"].T, a["w"].T)
        loss = c.trace_softmax_cross_entropy(z.replay(), a["y"].T)
        found = c.Chain({"z": z, **loss.steps}).backward([1])
        agree(case, dZ_of_mean_loss=found["z"].T, dw=found["w"].T)
        return
    z = c.trace_dense(a["x"].T, a["w"].T, a["b"][:, 0])
    found = c.compose(z=z, a=c.trace_relu(z.replay())).backward(a["dA"].T)
    agree(case, z=z.replay().T, dZ=found["z"].T, dx=found["x"].T, dw=found["w"].T)
    agree(case, db=found["b"][:, None])


@pytest.mark.parametrize("name", BY_OPERATION)
def test_worked_example(name: str) -> None:
    globals()[CASES[name]["op"]](CASES[name])


def test_every_kind_of_worked_example_is_met() -> None:
    assert {CASES[name]["op"] for name in BY_OPERATION} == set(OPERATIONS)


def test_flattening_reads_rows_then_columns_then_channels() -> None:
    case = CASES["flatten_order"]
    agree(case, right=c.trace_flatten(arrays_of(case)["x"]).replay().T)


@pytest.mark.parametrize(
    ("ties", "name"), [("first", "db"), ("split", "db"), ("all", "wrong_mask_db")]
)
def test_ties_behind_a_shared_bias(ties: str, name: str) -> None:
    case = CASES["maxpool_tie_shared_bias"]
    a = arrays_of(case)
    z = c.trace_conv2d(a["x"], a["w"], a["b"])
    activation = c.trace_relu(z.replay())
    pool = c.trace_max_pool2d(activation.replay(), 2, ties=ties).renamed(x="a", z="p")
    chain = c.compose(z=z, a=activation, p=pool)
    agree(case, loss=chain.replay().sum())
    agree(case, **{name: chain.backward(np.ones(pool.shape))["b"]})


def test_the_tiny_network_from_pixel_to_loss_and_back() -> None:
    case = CASES["tiny_cnn"]
    a, y = arrays_of(case), np.eye(3)[[case["params"]["label"]]]
    z = c.trace_conv2d(a["x"], a["w"], a["b"])
    activation = c.trace_relu(z.replay())
    pool = c.trace_max_pool2d(activation.replay(), 2).renamed(x="a", z="pool")
    flat = c.trace_flatten(pool.replay()).renamed(x="pool", z="features")
    names = {"x": "features", "w": "V", "b": "c", "z": "logits"}
    logits = c.trace_dense(flat.replay(), a["V"].T, a["c"]).renamed(**names)
    loss = c.trace_softmax_cross_entropy(logits.replay(), y).steps
    loss["shifted"] = loss["shifted"].renamed(z="logits")
    steps = {"z": z, "a": activation, "pool": pool, "features": flat, "logits": logits}
    chain = c.Chain(steps | loss)
    agree(case, loss=chain.replay()[0], **{name: chain.results[name] for name in steps})
    d = {f"d{name}": grad for name, grad in chain.backward([1]).items()}
    agree(
        case, **{name: d[name] for name in ("dlogits", "dc", "dpool", "da", "dz", "dx", "dw", "db")}
    )
    agree(case, dV=d["dV"].T)
