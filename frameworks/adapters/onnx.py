"""ONNX's training operators in its reference evaluator; the caller counts from 1."""

import numpy as np
import onnx
from onnx import helper
from onnx.reference import ReferenceEvaluator

VERSION = onnx.__version__
TRAINING = "ai.onnx.preview.training"
STATES = {"Adam": ["v", "h"], "Momentum": ["v"]}


def evaluator(call, attributes):
    """A model of one operator."""
    real, whole = onnx.TensorProto.DOUBLE, onnx.TensorProto.INT64
    states = STATES[call]
    ins, outs = ["r", "t", "x", "g", *states], ["y", *(s + "_new" for s in states)]
    node = helper.make_node(call, ins, outs, domain=TRAINING, **attributes)
    infos = [[helper.make_tensor_value_info(n, whole if n == "t" else real, None)
              for n in names] for names in (ins, outs)]
    imports = [helper.make_opsetid("", 18), helper.make_opsetid(TRAINING, 1)]
    graph = helper.make_graph([node], "step", *infos)
    return ReferenceEvaluator(helper.make_model(graph, opset_imports=imports))


def path(case):
    call, attributes = case["call"].split(".")[-1], dict(case["arguments"])
    attributes.pop("R", None)
    if call == "Momentum":
        attributes = {"mode": "standard", "norm_coefficient": 0.0, "beta": 1.0, **attributes}
    run = evaluator(call, attributes).run
    theta, states = case["theta"], [np.zeros_like(case["theta"]) for _ in STATES[call]]
    for t, g in enumerate(case["gradients"]):
        values = [np.array(case["lrs"][t]), np.array(t + 1), theta, g, *states]
        names = ["r", "t", "x", "g", *STATES[call]]
        theta, *states = run(None, dict(zip(names, values)))
        yield theta
