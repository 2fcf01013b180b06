"""What the names in somebody's code stand for: parameters, a gradient, the time, a setting."""

from mhat.identify.feeding import OF_GRADIENTS, OF_TIME, PARAMETERS

SPELLINGS = {
    "lr": ("lr", "learning_rate", "learningrate", "alpha", "eta", "step_size", "stepsize", "rate"),
    "beta1": ("beta1", "b1", "beta_1", "beta_m", "betam", "rho1", "beta_one", "decay1"),
    "beta2": ("beta2", "b2", "beta_2", "beta_v", "betav", "rho2", "beta_two", "decay2", "rho", "decay_rate"),
    "beta": ("beta", "momentum", "mu", "mom", "gamma"),
    "eps": ("eps", "epsilon", "delta", "tiny"),
    "decay": ("weight_decay", "weightdecay", "wd", "decay", "lambda_", "lam", "lmbda", "l2"),
    "epoch": ("epoch_length", "steps_per_epoch"),
    "micro": ("micro", "accumulation_steps"),
}
GIVEN = {"lr": 0.2, "beta1": 0.9, "beta2": 0.999, "beta": 0.9, "eps": 1e-8, "decay": 0.0, "epoch": 6, "micro": 4}
LARGEST_DECAY = 0.5  # a `decay` above it is a decay rate, as that of RMSProp
GRADIENT_LIKE = ("gs", "gt", "g_t", "gk", "g_list", "dj", "df", "dl", "grad_fn", "derivative")
OPTIMIZER_LIKE = ("adam", "rms", "momentum", "sgd", "step", "update", "optim", "nesterov", "adagrad", "adamax", "nadam",
                  "descent")


def bare(word: str) -> str:
    """A name in small letters, without a leading underscore."""
    return word.lower().lstrip("_")


def setting_of(word: str, value: float | None = None) -> str:
    """Our name of a setting, or ""; a value tells a weight decay from a decay rate."""
    for ours, words in SPELLINGS.items():
        if bare(word) in words:
            rate = ours == "decay" and value is not None and abs(value) > LARGEST_DECAY
            return "beta2" if rate else ours
    return ""


def is_gradient(word: str, names: set[str]) -> bool:
    """Whether a name is that of a gradient; `db` is one beside `b`."""
    here = bare(word)
    of_other = here.startswith("d") and here[1:].lstrip("_") in {name.lower() for name in names}
    return here in OF_GRADIENTS or here in GRADIENT_LIKE or "grad" in here or of_other


def is_parameters(word: str, names: set[str]) -> bool:
    """Whether a name is that of parameters; `b` is one beside `db`."""
    here, lower = bare(word), {name.lower() for name in names}
    return here in PARAMETERS or "param" in here or bool({"d" + here, "d_" + here} & lower)


def is_time(word: str) -> bool:
    """Whether a name is that of a count of steps."""
    return bare(word) in OF_TIME or bare(word) in ("iter", "num_iter", "iterations", "j", "tt", "global_step")


def is_optimizer(word: str) -> bool:
    """Whether a function of this name may take a step."""
    return any(part in word.lower() for part in OPTIMIZER_LIKE)
