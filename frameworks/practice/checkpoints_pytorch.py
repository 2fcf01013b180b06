"""The page practice/checkpoints in PyTorch: an exact resume, a cold start, what is matched and what loading sets."""

# --8<-- [start:problem]
import copy
import tempfile
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import LambdaLR, LinearLR, StepLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.set_num_threads(1)
pixels, digits = load_digits(return_X_y=True)
images = torch.tensor(pixels / 16, dtype=torch.float32)
labels = torch.tensor(digits)


def make(seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(),
                          nn.Dropout(0.1), nn.Linear(32, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)
    ema = get_ema_multi_avg_fn(0.99)
    return {
        "model": model,
        "optimizer": optimizer,
        "schedule": LinearLR(optimizer, 0.1, total_iters=100),
        "scaler": torch.amp.GradScaler("cpu"),
        "average": AveragedModel(model, multi_avg_fn=ema),
    }


def step(run, t):
    rng = torch.Generator().manual_seed(t)
    rows = torch.randint(0, len(labels), (64,), generator=rng)
    run["optimizer"].zero_grad()
    output = run["model"](images[rows])
    loss = nn.functional.cross_entropy(output, labels[rows])
    run["scaler"].scale(loss).backward()
    run["scaler"].step(run["optimizer"])
    run["scaler"].update()
    run["schedule"].step()
    run["average"].update_parameters(run["model"])
    return loss.item()


run = make(seed=0)
assert step(run, 0) > 2
# --8<-- [end:problem]


# --8<-- [start:cold]
def network(seed, lr):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    return model, torch.optim.Adam(model.parameters(), lr=lr)


def error(model, rows=slice(None)):
    return nn.functional.cross_entropy(model(images[rows]), labels[rows])


def walk(model, optimizer, times, warm=1):
    losses, lr = [], optimizer.param_groups[0]["lr"]
    for k, t in enumerate(times):
        rng = torch.Generator().manual_seed(t)
        rows = torch.randint(0, len(labels), (64,), generator=rng)
        optimizer.param_groups[0]["lr"] = lr * min(1, (k + 1) / warm)
        optimizer.zero_grad()
        error(model, rows).backward()
        optimizer.step()
        if k < 50 or k % 25 == 24:
            losses.append(error(model).item())
    return losses


def root_of_v(optimizer):
    states = optimizer.state.values()
    v_hats = [s["exp_avg_sq"] / (1 - 0.999 ** s["step"]) for s in states]
    return torch.cat([v_hat.flatten() for v_hat in v_hats]).sqrt().mean()


def resumed(seed, lr, first=600, more=1000):
    model, optimizer = network(seed, lr)
    walk(model, optimizer, range(first))
    saved = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    ends = {"before": [error(model).item()], "root": {}}
    for name, warm in ("whole", 1), ("model", 1), ("warm", 100):
        model, optimizer = network(seed + 100, lr)
        model.load_state_dict(saved[0])
        if name == "whole":
            optimizer.load_state_dict(copy.deepcopy(saved[1]))
        times = range(first, first + more)
        ends[name] = walk(model, optimizer, times, warm)
        ends["root"][name] = root_of_v(optimizer)
    return ends


runs = [resumed(seed, lr=0.01) for seed in range(5)]
for each in runs:
    assert max(each["model"][:10]) > 1.5 * each["before"][0]
    assert max(each["whole"][:10]) < 1.5 * each["before"][0]
    assert each["root"]["model"] < each["root"]["whole"]
# --8<-- [end:cold]


# --8<-- [start:save]
def save(run, path, t):
    parts = {name: part.state_dict() for name, part in run.items()}
    rng = torch.get_rng_state()
    torch.save({**parts, "rng": rng, "t": t}, path)


def load(run, path):
    saved = torch.load(path)
    for name, part in run.items():
        part.load_state_dict(saved[name])
    torch.set_rng_state(saved["rng"])
    return saved["t"]


path = Path(tempfile.mkdtemp(), "checkpoint.pt")
save(run, path, 1)
assert load(make(seed=1), path) == 1
# --8<-- [end:save]


# --8<-- [start:check_resume]
def same(one, other):
    if torch.is_tensor(one):
        return torch.equal(one, other)
    if isinstance(one, dict):
        keys = one.keys() == other.keys()
        return keys and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def state_of(run):
    parts = {name: part.state_dict() for name, part in run.items()}
    return copy.deepcopy(parts | {"rng": torch.get_rng_state()})


def check_resume(make, step, save, load, path, steps=20):
    run = make(seed=0)
    for t in range(steps):
        step(run, t)
    save(run, path, steps)
    for t in range(steps, 2 * steps):
        step(run, t)
    whole = state_of(run)
    again = make(seed=1)
    for t in range(load(again, path), 2 * steps):
        step(again, t)
    resumed = state_of(again)
    wrong = [name for name in whole if not same(whole[name], resumed[name])]
    assert not wrong, f"not as if it had not stopped: {wrong}"


check_resume(make, step, save, load, path)
# --8<-- [end:check_resume]


# --8<-- [start:left_out]
def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError as error:
        return str(error).partition(": ")[2]
    return ""


def without(missing):
    def load_rest(run, path):
        saved = torch.load(path)
        for name, part in run.items():
            if name != missing:
                part.load_state_dict(saved[name])
        if missing != "rng":
            torch.set_rng_state(saved["rng"])
        return saved["t"]

    return load_rest


parts = [*run, "rng"]
differs = {
    name: fails(check_resume, make, step, save, without(name), path)
    for name in parts
}
assert all(name in differs[name] for name in parts)
assert not fails(check_resume, make, step, save, without(""), path)
# --8<-- [end:left_out]


# --8<-- [start:loader]
def batches(epoch, skip=0):
    rng = torch.Generator().manual_seed(epoch)
    loader = torch.utils.data.DataLoader(
        range(12), batch_size=3, shuffle=True, generator=rng)
    return [rows.tolist() for rows in loader][skip:]


torch.manual_seed(0)
whole = batches(epoch=2)
torch.manual_seed(1)
assert batches(epoch=2, skip=1) == whole[1:] != batches(epoch=3)[1:]


def shuffled():
    loader = torch.utils.data.DataLoader(
        range(12), batch_size=3, shuffle=True)
    return iter(loader)


one = shuffled()
next(one)
state = torch.get_rng_state()
rest = [rows.tolist() for rows in one]
torch.set_rng_state(state)
again = [rows.tolist() for rows in shuffled()]
assert again[1:] != rest
# --8<-- [end:loader]

# --8<-- [start:files]
import pickle
import random

import numpy as np


def loads(thing):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "training.pt")
        torch.save(thing, path)
        try:
            torch.load(path)
        except pickle.UnpicklingError:
            return False
    return True


layer = nn.Linear(2, 1)
layer(torch.ones(1, 2)).sum().backward()
optimizer = torch.optim.Adam(layer.parameters(), lr=0.01)
optimizer.step()
schedule = LambdaLR(optimizer, lambda t: 1.0)
for part in layer, optimizer, schedule, torch.amp.GradScaler("cpu"):
    assert loads(part.state_dict())
drawn = np.random.default_rng(0).bit_generator.state
for part in torch.get_rng_state(), random.getstate(), drawn, 0.25:
    assert loads(part)
for part in layer, optimizer, np.random.get_state(), np.float64(0.25):
    assert not loads(part)
# --8<-- [end:files]


# --8<-- [start:state]
run = make(seed=0)
for t in range(5):
    step(run, t)
saved = run["optimizer"].state_dict()
assert set(saved) == {"state", "param_groups"}
assert list(saved["state"]) == saved["param_groups"][0]["params"]
assert list(saved["state"]) == [0, 1, 2, 3]
assert set(saved["state"][0]) == {"step", "exp_avg", "exp_avg_sq"}
assert saved["state"][0]["exp_avg"].shape == (32, 64)
assert saved["state"][0]["step"] == 5
# --8<-- [end:state]


# --8<-- [start:order]
def two_layers():
    torch.manual_seed(0)
    return nn.ModuleDict({"query": nn.Linear(8, 8, bias=False),
                          "key": nn.Linear(8, 8, bias=False)})


def adam(model, names):
    pairs = [(name, model.get_parameter(name)) for name in names]
    return torch.optim.Adam(pairs, lr=0.01)


names = ["query.weight", "key.weight"]
model = two_layers()
optimizer = adam(model, names)
model["query"].weight.grad = torch.ones(8, 8)
model["key"].weight.grad = torch.full((8, 8), 1e-3)
optimizer.step()
saved = copy.deepcopy(optimizer.state_dict())

other = adam(model, names[::-1])
other.load_state_dict(copy.deepcopy(saved))
swapped = other.state[model["key"].weight]["exp_avg"]
assert torch.equal(swapped, saved["state"][0]["exp_avg"])
# --8<-- [end:order]


# --8<-- [start:by_name]
def names_of(groups):
    return [name for group in groups for name in group["param_names"]]


def load_by_name(optimizer, saved):
    names = names_of(saved["param_groups"])
    wanted = names_of(optimizer.param_groups)
    assert set(names) == set(wanted), set(names) ^ set(wanted)
    groups = optimizer.state_dict()["param_groups"]
    settings = dict(zip(names, [group for group in saved["param_groups"]
                                for _ in group["param_names"]]))
    mine = [{**settings[group["param_names"][0]],
             "params": group["params"], "param_names": group["param_names"]}
            for group in groups]
    state = {wanted.index(name): saved["state"][names.index(name)]
             for name in names}
    optimizer.load_state_dict({"state": state, "param_groups": mine})


def check_names(load, optimizer, saved, model):
    load(optimizer, copy.deepcopy(saved))
    for k, name in enumerate(names_of(saved["param_groups"])):
        mine = optimizer.state[model.get_parameter(name)]["exp_avg"]
        assert torch.equal(mine, saved["state"][k]["exp_avg"]), f": {name}"


def by_order(optimizer, saved):
    optimizer.load_state_dict(saved)


for order in names, names[::-1]:
    check_names(load_by_name, adam(model, order), saved, model)
assert not fails(check_names, by_order, adam(model, names), saved, model)
assert fails(check_names, by_order, adam(model, names[::-1]), saved, model)
# --8<-- [end:by_name]


# --8<-- [start:loading]
model = nn.Linear(2, 1, bias=False)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, eps=1e-6)
model.weight.grad = torch.tensor([[0.1, 0.2]])
optimizer.step()
saved = copy.deepcopy(optimizer.state_dict())

new_rate = torch.optim.Adam(model.parameters(), lr=0.001)
new_rate.load_state_dict(copy.deepcopy(saved))
group = new_rate.param_groups[0]
assert group["lr"] == 0.01 and group["eps"] == 1e-6
assert new_rate.defaults["lr"] == 0.001

adamw = torch.optim.AdamW(model.parameters(), lr=0.001, weight_decay=0.1)
adamw.load_state_dict(copy.deepcopy(saved))
assert adamw.param_groups[0]["weight_decay"] == 0

half = nn.Linear(2, 1, bias=False, dtype=torch.bfloat16)
narrow = torch.optim.Adam(half.parameters())
narrow.load_state_dict(copy.deepcopy(saved))
loaded = narrow.state[half.weight]
assert loaded["exp_avg_sq"].dtype == torch.bfloat16
assert loaded["step"].dtype == torch.float32
# --8<-- [end:loading]

# --8<-- [start:refused]
def says(act):
    try:
        act()
    except (KeyError, RuntimeError, ValueError) as error:
        return type(error).__name__
    return "nothing"


def step_of(optimizer, weight):
    weight.grad = torch.ones_like(weight)
    return says(optimizer.step)


wide = nn.Parameter(torch.ones(1, 3))
shape = torch.optim.Adam([wide])
assert says(lambda: shape.load_state_dict(saved)) == "nothing"
assert step_of(shape, wide) == "RuntimeError"

sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
assert says(lambda: sgd.load_state_dict(saved)) == "nothing"
assert step_of(sgd, model.weight) == "KeyError"

more = torch.optim.Adam([model.weight, wide])
assert says(lambda: more.load_state_dict(saved)) == "ValueError"

radam = torch.optim.RAdam(model.parameters())
assert says(lambda: radam.load_state_dict(saved)) == "nothing"
assert step_of(radam, model.weight) == "nothing"
# --8<-- [end:refused]


# --8<-- [start:schedule]
kinds = {
    "line": lambda held: LinearLR(held, 0.1, total_iters=10),
    "halves": lambda held: StepLR(held, 2, gamma=0.5),
    "function": lambda held: LambdaLR(held, lambda t: 1 / (1 + t)),
}


def rates(order, kind="line"):
    weight = nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    schedule = kinds[kind](optimizer)
    for _ in range(3):
        optimizer.step()
        schedule.step()
    saved = copy.deepcopy([optimizer.state_dict(), schedule.state_dict()])

    optimizer = torch.optim.SGD([weight], lr=1.0)
    for word in order.split():
        if word == "schedule":
            schedule = kinds[kind](optimizer)
        elif word == "load-optimizer":
            optimizer.load_state_dict(saved[0])
        elif word == "load-schedule":
            schedule.load_state_dict(saved[1])
        elif word == "lower":
            optimizer.param_groups[0]["lr"] *= 0.1
    path = []
    for _ in range(12):
        path.append(round(optimizer.param_groups[0]["lr"], 3))
        optimizer.step()
        schedule.step()
    return path


orders = {
    "right": rates("schedule load-optimizer load-schedule"),
    "optimizer first": rates("load-optimizer schedule load-schedule"),
    "schedule new": rates("load-optimizer schedule"),
    "rate new": rates("schedule load-schedule"),
}
assert orders["right"][:3] == [0.37, 0.46, 0.55]
assert orders["optimizer first"][:3] == [0.037, 0.046, 0.055]
assert orders["right"][-1] == 1 and orders["optimizer first"][-1] == 0.1

both = "schedule load-optimizer load-schedule"
late = "load-optimizer schedule load-schedule"
assert rates(late, "halves") == rates(both, "halves")
assert rates(late, "function")[0] != rates(both, "function")[0]
assert rates(late, "function")[1:] == rates(both, "function")[1:]
lowered = rates(both + " lower", "function")
assert lowered[0] == 0.025 and lowered[1:] == rates(both, "function")[1:]
# --8<-- [end:schedule]

with_numpy = torch.optim.Adam(layer.parameters(), lr=np.float64(0.01))
assert not loads(with_numpy.state_dict()) and loads(torch.float32) and not loads(np.ones(2))

MAKES = {
    "Adam": torch.optim.Adam, "AMSGrad": lambda held: torch.optim.Adam(held, amsgrad=True), "RAdam": torch.optim.RAdam,
    "NAdam": torch.optim.NAdam, "SGD": torch.optim.SGD, "momentum": lambda held: torch.optim.SGD(held, momentum=0.9),
    "RMSprop": torch.optim.RMSprop, "RMSprop, momentum": lambda held: torch.optim.RMSprop(held, momentum=0.9)}


def handed_on(one, other):
    """What PyTorch says of the state of one optimizer in another, when it loads and when it steps."""
    optimizers = []
    for name in one, other:
        weight = nn.Parameter(torch.ones(2))
        optimizers.append(MAKES[name]([weight]))
        if name == one:
            step_of(optimizers[-1], weight)
    loads = says(lambda: optimizers[-1].load_state_dict(copy.deepcopy(optimizers[0].state_dict())))
    return loads if loads != "nothing" else step_of(optimizers[-1], weight)


SILENT = [{"Adam", "RAdam"}, {"Adam", "AMSGrad"}, {"SGD", "momentum"}, {"RMSprop", "RMSprop, momentum"}]
for one, other in SILENT:
    assert handed_on(one, other) == handed_on(other, one) == "nothing"
assert handed_on("NAdam", "Adam") == "nothing" and handed_on("Adam", "NAdam") == "KeyError"
assert handed_on("Adam", "momentum") == handed_on("Adam", "RMSprop") == "KeyError"
single = nn.Parameter(torch.ones(1, 1))
fused = torch.optim.Adam([single], fused=True)
loaded = copy.deepcopy(saved)
loaded["param_groups"][0] |= {"fused": True, "foreach": None}
fused.load_state_dict(loaded)
assert step_of(fused, single) == "nothing" and fused.state[single]["exp_avg"].shape == (1, 2)

kinds |= {
    "cosine": lambda held: torch.optim.lr_scheduler.CosineAnnealingLR(held, 10),
    "cycle": lambda held: torch.optim.lr_scheduler.OneCycleLR(held, 1.0, total_steps=20),
    "shrinks": lambda held: torch.optim.lr_scheduler.ExponentialLR(held, 0.9),
}
for kind in kinds:
    assert rates("schedule load-schedule load-optimizer", kind) == rates(both, kind) != rates("schedule", kind)


def zeros_of(scale):
    """Zeros in the gradient of a small loss in float16."""
    layer = nn.Linear(4, 1)
    with torch.autocast("cpu", dtype=torch.float16):
        output = layer(torch.ones(1, 4))
    (1e-8 * scale * output.float().sum()).backward()
    return int((layer.weight.grad == 0).sum())


assert zeros_of(2.0**16) == 0 < zeros_of(1.0)


def share_of_start(decay, updates):
    """What the weights of its first update still weigh in an average, so many updates later."""
    layer = nn.Linear(1, 1, bias=False)
    average = AveragedModel(layer, multi_avg_fn=get_ema_multi_avg_fn(decay))
    for weight in (0.0, *[1.0] * updates):
        layer.weight.data.fill_(weight)
        average.update_parameters(layer)
    return 1 - average.module.weight.item()



at_rates = {lr: [resumed(seed, lr, more=100) for seed in range(5)] for lr in (0.003, 0.03)} | {0.01: runs}


def middle(values):
    return sorted(values)[len(values) // 2]


def peaks(own, name):
    """The largest loss of the first ten steps over the loss before: least, median, most of the seeds."""
    each = [max(run[name][:10]) / run["before"][0] for run in own]
    return [min(each), middle(each), max(each)]


def said_by(act, *given):
    try:
        act(*given)
    except (KeyError, ValueError) as error:
        return str(error)
    return "nothing"


assert said_by(sgd.step) == "'momentum'"


def adam_of(*shapes, saved=None, added=()):
    """t of each parameter after a step, of an Adam that was made, loaded, and given more."""
    own = [nn.Parameter(torch.ones(n)) for n in shapes]
    adam = torch.optim.Adam(own)
    if saved:
        adam.load_state_dict(copy.deepcopy(saved))
    more = [nn.Parameter(torch.ones(n)) for n in added]
    if more:
        adam.add_param_group({"params": more})
    for parameter in own + more:
        parameter.grad = torch.ones_like(parameter)
    adam.step()
    return adam.state_dict(), [int(adam.state[parameter]["step"]) for parameter in own + more]


saved_two, _ = adam_of(2, 3)
assert adam_of(2, 3, saved=saved_two, added=[4])[1] == [2, 2, 1]
for groups, text in ([(2,)], "doesn't match the size of optimizer's group"), ([(2,), (3,)], "different number of"):
    other = torch.optim.Adam([{"params": [nn.Parameter(torch.ones(n)) for n in sizes]} for sizes in groups])
    assert text in said_by(other.load_state_dict, saved_two)
del saved_two["state"][1]
assert adam_of(2, 5, saved=saved_two)[1] == [2, 1]

WAYS = ("whole", "model", "warm")
STEPS = [*range(1, 51), *range(75, 1001, 25)]
TOLD = {
    "steps": STEPS,
    "curves": {name: [[run[name][k] for run in runs] for k in range(len(STEPS))] for name in WAYS},
    "peaks": {str(lr): {name: peaks(own, name) for name in WAYS} for lr, own in at_rates.items()},
    "ends": {name: middle([run[name][-1] for run in runs]) for name in WAYS},
    "root": middle([run["root"]["model"] / run["root"]["whole"] for run in runs]),
    "rates": {name: path[0] for name, path in orders.items()},
    "differs": differs,
    "start": share_of_start(0.99, 100),
    "loaded": {"lr": group["lr"], "decay": adamw.param_groups[0]["weight_decay"]},
}
