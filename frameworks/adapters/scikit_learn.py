"""The optimizers inside scikit-learn's MLPClassifier and MLPRegressor."""

import sklearn
from sklearn.neural_network import _stochastic_optimizers as optimizers

VERSION = sklearn.__version__


def path(case):
    params = [case["theta"]]
    make = getattr(optimizers, case["call"].split(".")[-1])
    optimizer = make(params, **case["arguments"])
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.learning_rate = case["lrs"][t]
            optimizer.learning_rate_init = case["lrs"][t]
        optimizer.update_params(params, [g])
        yield params[0].copy()
