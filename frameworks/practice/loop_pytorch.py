"""The page practice/loop in PyTorch: the order of a step, accumulation, skipped steps, groups, frozen parameters."""

# --8<-- [start:problem]
import copy

import torch
from torch import nn

torch.set_num_threads(1)
inputs = torch.randn(256, 8, generator=torch.Generator().manual_seed(0))
targets = 3 * torch.sin(inputs.sum(1, keepdim=True))


def build(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))


def loss_of(model, batch):
    x, y = batch
    return nn.functional.mse_loss(model(x), y)


def batch_at(t, size=32):
    rng = torch.Generator().manual_seed(t)
    rows = torch.randint(0, 256, (size,), generator=rng)
    return inputs[rows], targets[rows]


assert loss_of(build(), (inputs, targets)) > 4
# --8<-- [end:problem]


# --8<-- [start:step]
def train_step(model, optimizer, scaler, batch):
    optimizer.zero_grad()
    loss = loss_of(model, batch)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    scaler.step(optimizer)
    scaler.update()
    return loss.item()


model = build()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
scaler = torch.amp.GradScaler("cpu")
losses = [
    train_step(model, optimizer, scaler, batch_at(t))
    for t in range(300)
]
assert losses[-1] < losses[0] / 2
# --8<-- [end:step]


# --8<-- [start:check_step]
def check_step(step, model, optimizer, batches, max_norm=1.0):
    twin, mirror = copy.deepcopy((model, optimizer))
    clipped = False
    for batch in batches:
        step(model, optimizer, batch)
        weights = list(twin.parameters())
        grads = torch.autograd.grad(loss_of(twin, batch), weights)
        norm = torch.stack([g.norm() for g in grads]).norm()
        clipped |= bool(norm > max_norm)
        for p, g in zip(weights, grads):
            p.grad = g * min(1, max_norm / norm)
        mirror.step()
        for p, q in zip(model.parameters(), weights):
            torch.testing.assert_close(p, q)
    assert clipped, "no batch was clipped: take a smaller max_norm"


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


def fresh(make=torch.optim.Adam, seed=0, **settings):
    model = build(seed)
    return model, make(model.parameters(), **{"lr": 0.01, **settings})


def scaled(model, optimizer, batch):
    return train_step(model, optimizer, scaler, batch)


three = [batch_at(t) for t in range(3)]
assert not fails(check_step, scaled, *fresh(), three)
# --8<-- [end:check_step]


# --8<-- [start:orders]
def in_order(words, scale=2.0**16):
    scaler = torch.amp.GradScaler("cpu", init_scale=scale)

    def step(model, optimizer, batch):
        loss, weights = loss_of(model, batch), model.parameters()
        acts = {
            "zero": optimizer.zero_grad,
            "backward": loss.backward,
            "clip": lambda: nn.utils.clip_grad_norm_(weights, 1.0),
            "step": optimizer.step,
            "scaled": lambda: scaler.scale(loss).backward(),
            "unscale": lambda: scaler.unscale_(optimizer),
            "scaler": lambda: scaler.step(optimizer),
            "update": scaler.update,
        }
        for word in words.split():
            acts[word]()
        return loss.item()

    return step


right = (
    "zero backward clip step",
    "zero scaled unscale clip scaler update",
    "backward clip step zero",
)
wrong = {
    "never zeroed": "backward clip step",
    "zeroed late": "backward zero clip step",
    "clipped early": "zero clip backward step",
    "clipped late": "zero backward step clip",
    "clipped scaled": "zero scaled clip scaler update",
}
for words in right:
    assert not fails(check_step, in_order(words), *fresh(), three)
for words in wrong.values():
    assert fails(check_step, in_order(words), *fresh(), three)

hidden = "scaled unscale clip scaler update"
assert not fails(check_step, in_order(hidden), *fresh(), three)
assert fails(check_step, in_order(hidden, scale=16.0), *fresh(), three)


def stops_at_infinity(words):
    model, optimizer = fresh()
    step, (x, y) = in_order(words), batch_at(0)
    step(model, optimizer, (x * torch.inf, y))
    before = model[0].weight.clone()
    for batch in three:
        step(model, optimizer, batch)
    return torch.equal(before, model[0].weight)


assert stops_at_infinity(hidden) and not stops_at_infinity(right[1])
# --8<-- [end:orders]


# --8<-- [start:accumulate]
def accumulate(model, optimizer, micro_batches, window):
    for start in range(0, len(micro_batches), window):
        group = micro_batches[start:start + window]
        total = sum(y.numel() for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            error = nn.functional.mse_loss(model(x), y, reduction="sum")
            (error / total).backward()
        optimizer.step()


def check_accumulation(accumulate, micro_batches, window):
    sizes = {y.numel() for _, y in micro_batches[:window]}
    assert len(sizes) > 1 and len(micro_batches) % window
    model = build()
    whole, start = copy.deepcopy(model), 0
    accumulate(model, torch.optim.SGD(model.parameters(), 0.1),
               micro_batches, window)
    optimizer = torch.optim.SGD(whole.parameters(), 0.1)
    for start in range(0, len(micro_batches), window):
        group = micro_batches[start:start + window]
        batch = [torch.cat(parts) for parts in zip(*group)]
        optimizer.zero_grad()
        loss_of(whole, batch).backward()
        optimizer.step()
    for p, q in zip(model.parameters(), whole.parameters()):
        torch.testing.assert_close(p, q)


uneven = [batch_at(t, size) for t, size in enumerate((20, 4, 8, 16, 6, 10))]
assert not fails(check_accumulation, accumulate, uneven, 4)
# --8<-- [end:accumulate]


# --8<-- [start:accumulate_wrong]
def added_up(model, optimizer, micro_batches, window):
    optimizer.zero_grad()
    for k, batch in enumerate(micro_batches, 1):
        loss_of(model, batch).backward()
        if k % window == 0 or k == len(micro_batches):
            optimizer.step()
            optimizer.zero_grad()


def mean_of_means(model, optimizer, micro_batches, window):
    optimizer.zero_grad()
    for k, batch in enumerate(micro_batches, 1):
        (loss_of(model, batch) / window).backward()
        if k % window == 0 or k == len(micro_batches):
            optimizer.step()
            optimizer.zero_grad()


def last_left_out(model, optimizer, micro_batches, window):
    whole = len(micro_batches) // window * window
    accumulate(model, optimizer, micro_batches[:whole], window)


def each_a_step(model, optimizer, micro_batches, window):
    accumulate(model, optimizer, micro_batches, 1)


for program in added_up, mean_of_means, last_left_out, each_a_step:
    assert fails(check_accumulation, program, uneven, 4)
# --8<-- [end:accumulate_wrong]


# --8<-- [start:counts]
def counts(optimizer):
    return {int(state["step"]) for state in optimizer.state.values()}


model, optimizer = fresh()
accumulate(model, optimizer, uneven, 4)
assert counts(optimizer) == {2}
# --8<-- [end:counts]


# --8<-- [start:skipped]
import warnings


def run_with_infinity(step_schedule, bad_at=3):
    model, optimizer = fresh()
    scaler = torch.amp.GradScaler("cpu")
    halves = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    for t in range(10):
        x, y = batch_at(t)
        before = scaler.get_scale()
        bad = torch.inf if t == bad_at else 1
        train_step(model, optimizer, scaler, (x * bad, y))
        step_schedule(halves, skipped=scaler.get_scale() < before)
    return counts(optimizer), halves.last_epoch, scaler.get_scale()


def always(schedule, skipped):
    schedule.step()


def with_the_optimizer(schedule, skipped):
    if not skipped:
        schedule.step()


assert run_with_infinity(always) == ({9}, 10, 2.0**15)
assert run_with_infinity(with_the_optimizer) == ({9}, 9, 2.0**15)


def warns(bad_at):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run_with_infinity(always, bad_at)
    order = "`lr_scheduler.step()` before `optimizer.step()`"
    return any(order in str(warning.message) for warning in caught)


assert warns(bad_at=0) and not warns(bad_at=1)
# --8<-- [end:skipped]


# --8<-- [start:overflow]
def check_state(optimizer):
    for state in optimizer.state.values():
        for name, value in state.items():
            assert torch.isfinite(value).all(), name


def one_weight(gradients):
    weight = nn.Parameter(torch.ones(1))
    optimizer, path = torch.optim.Adam([weight], lr=0.1), []
    for g in gradients:
        weight.grad = torch.tensor([g])
        optimizer.step()
        path.append(weight.item())
    return path, optimizer


usual, healthy = one_weight([1.0] * 100)
path, frozen = one_weight([1.0] * 3 + [1e25] + [1.0] * 96)
ended, infinite = one_weight([1.0] * 3 + [float("inf")] + [1.0] * 96)
assert len(set(path[3:])) == 1 and path[3] == path[2]
assert not torch.isfinite(torch.tensor(ended[3:])).any()
assert not fails(check_state, healthy)
assert fails(check_state, frozen) and fails(check_state, infinite)
# --8<-- [end:overflow]


# --8<-- [start:groups]
of_schedules = {"initial_lr", "swa_lr", "max_lr", "min_lr",
                "max_momentum", "base_momentum"}


def check_parameters(model, optimizer):
    held = [p for group in optimizer.param_groups for p in group["params"]]
    names = {id(p): name for name, p in model.named_parameters()}
    trained = {id(p) for p in model.parameters() if p.requires_grad}
    lost = [names[key] for key in trained - {id(p) for p in held}]
    assert not lost, f"in no group: {lost}"
    strange = [p.shape for p in held if id(p) not in names]
    assert not strange, f"not of this model: {strange}"
    known = {*optimizer.defaults, "params", "param_names", *of_schedules}
    for group in optimizer.param_groups:
        assert not set(group) - known, f"no setting: {set(group) - known}"


def two_groups(model, setting="weight_decay"):
    matrices = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": matrices}, {"params": rest, setting: 0.0}]
    return torch.optim.AdamW(groups, lr=0.01, weight_decay=0.1)


model = build()
assert not fails(check_parameters, model, two_groups(model))
# --8<-- [end:groups]


# --8<-- [start:groups_wrong]
def layer_replaced():
    model, optimizer = fresh()
    model[2] = nn.Linear(32, 1)
    return model, optimizer


def built_again():
    _, optimizer = fresh()
    return build(), optimizer


def biases_forgotten():
    model = build()
    matrices = [p for p in model.parameters() if p.ndim > 1]
    return model, torch.optim.Adam(matrices, lr=0.01)


def misspelled():
    model = build()
    return model, two_groups(model, "weight_deacy")


for program in layer_replaced, built_again, biases_forgotten, misspelled:
    assert fails(check_parameters, *program())
assert misspelled()[1].param_groups[1]["weight_decay"] == 0.1
# --8<-- [end:groups_wrong]


# --8<-- [start:override]
model = build()
settings = {"lr": 1.0, "betas": (0.5, 0.6), "eps": 1.0, "amsgrad": True}
first, last = list(model[0].parameters()), list(model[2].parameters())
optimizer = torch.optim.Adam(
    [{"params": first}, {"params": last, **settings}], lr=0.01)
assert set(settings) <= set(optimizer.defaults)
assert all(optimizer.param_groups[1][k] == v for k, v in settings.items())

schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
optimizer.step()
schedule.step()
assert [group["lr"] for group in optimizer.param_groups] == [0.005, 0.5]
# --8<-- [end:override]


# --8<-- [start:added]
def joined(make_schedule, same_rate=False, steps=8):
    model = build()
    optimizer = torch.optim.Adam(model[0].parameters(), lr=0.01)
    schedule = make_schedule(optimizer)
    for t in range(steps):
        if t == 4:
            late = {"params": list(model[2].parameters())}
            if same_rate:
                late["lr"] = optimizer.param_groups[0]["lr"]
            optimizer.add_param_group(late)
        optimizer.zero_grad()
        loss_of(model, batch_at(t)).backward()
        optimizer.step()
        schedule.step()
    return model, optimizer


def rates(make_schedule, same_rate=False):
    _, optimizer = joined(make_schedule, same_rate)
    return [group["lr"] for group in optimizer.param_groups]


def refuses(act, *arguments):
    try:
        act(*arguments)
    except ValueError:
        return True
    return False


kinds = torch.optim.lr_scheduler
model, optimizer = joined(lambda held: kinds.StepLR(held, 2, gamma=0.5))
assert not fails(check_parameters, model, optimizer)
steps = [int(optimizer.state[model[k].weight]["step"]) for k in (0, 2)]
assert steps == [8, 4]

again = {"params": [model[0].weight]}
assert refuses(optimizer.add_param_group, again)
assert refuses(rates, lambda held: kinds.LambdaLR(held, lambda t: 0.5**t))


def warm_up(held):
    return kinds.LinearLR(held, 0.1, total_iters=8)


warmed = rates(warm_up)
assert 0.0099 < warmed[0] < 0.0101 and warmed[1] > 1.8 * warmed[0]
assert len(set(rates(warm_up, same_rate=True))) == 1
# --8<-- [end:added]


# --8<-- [start:kept]
from torch.nn.utils.parametrizations import weight_norm


def holds_after(act):
    model, optimizer = fresh()
    act(model)
    return not fails(check_parameters, model, optimizer)


def loaded(model, **how):
    model.load_state_dict(copy.deepcopy(model.state_dict()), **how)


def put_anew(model):
    model[2].weight = nn.Parameter(model[2].weight.detach())


keep = {
    "half": nn.Module.half,
    "requires_grad_": nn.Module.requires_grad_,
    "load_state_dict": loaded,
    "compile": torch.compile,
}
replace = {
    "to another kind of tensor": lambda model: model.to("meta"),
    "load_state_dict, assign": lambda model: loaded(model, assign=True),
    "weight_norm": lambda model: weight_norm(model[2]),
    "a new Parameter": put_anew,
}
assert all(map(holds_after, keep.values()))
assert not any(map(holds_after, replace.values()))
# --8<-- [end:kept]

# --8<-- [start:moved]
model, optimizer = fresh()
assert model.to(torch.float64)[0].weight.dtype == torch.float64
assert not fails(check_parameters, model, optimizer)
optimizer.zero_grad()
loss_of(model, [part.double() for part in batch_at(0)]).backward()
optimizer.step()
assert optimizer.state[model[0].weight]["exp_avg"].dtype == torch.float64

model.to(torch.float32)
optimizer.zero_grad()
loss_of(model, batch_at(1)).backward()
try:
    optimizer.step()
except RuntimeError as error:
    said = str(error)
assert "dtype" in said
# --8<-- [end:moved]

# --8<-- [start:elsewhere]
model, optimizer = fresh()
loss_of(model, batch_at(0)).backward()
optimizer.step()
there = copy.deepcopy(model).to("meta")
resumed = torch.optim.Adam(there.parameters())
resumed.load_state_dict(optimizer.state_dict())
state = resumed.state[there[0].weight]
assert state["exp_avg"].is_meta and state["exp_avg_sq"].is_meta
assert state["step"].device.type == "cpu"
# --8<-- [end:elsewhere]


# --8<-- [start:frozen]
def check_frozen(step, model, names, steps=20):
    before = copy.deepcopy(model.state_dict())
    for t in range(steps):
        step(batch_at(t))
    after = model.state_dict()
    moved = [n for n in names if not torch.equal(before[n], after[n])]
    assert not moved, f"moved: {moved}"
    assert any(not torch.equal(before[n], after[n]) for n in after)


def trained(make, **settings):
    model, optimizer = fresh(make, **settings)
    for t in range(50):
        optimizer.zero_grad()
        loss_of(model, batch_at(t)).backward()
        optimizer.step()
    return model, optimizer


def then_frozen(model, optimizer, how):
    model[0].requires_grad_(False)
    if how != "kept":
        optimizer.zero_grad(set_to_none=how == "none")

    def step(batch):
        loss_of(model, batch).backward()
        optimizer.step()
        model[2].zero_grad()

    return step


def case(how, make=torch.optim.AdamW, **settings):
    model, optimizer = trained(make, **settings)
    names = ["0.weight", "0.bias"]
    return then_frozen(model, optimizer, how), model, names


assert not fails(check_frozen, *case("none"))
for how in "zeros", "kept":
    assert fails(check_frozen, *case(how))
# --8<-- [end:frozen]


# --8<-- [start:through]
def gradients(forward):
    model = build()
    model[2].requires_grad_(False)
    x, y = batch_at(0)
    loss = nn.functional.mse_loss(forward(model, x), y)
    if not loss.requires_grad:
        return None
    loss.backward()
    return [layer.weight.grad is not None for layer in (model[0], model[2])]


def under_no_grad(model, x):
    hidden = model[:2](x)
    with torch.no_grad():
        return model[2](hidden)


def detached(model, x):
    model[2].requires_grad_(True)
    return model[2](model[:2](x).detach())


assert gradients(nn.Sequential.forward) == [True, False]
assert gradients(under_no_grad) is None
assert gradients(detached) == [False, True]
# --8<-- [end:through]


# --8<-- [start:several]
real = torch.tensor([[1.0], [2.0]])


def adversaries(zero_all, detached=True):
    maker, judge = nn.Linear(1, 1), nn.Linear(1, 1)
    for part in (*maker.parameters(), *judge.parameters()):
        nn.init.constant_(part, 0.5)
    for_judge = torch.optim.Adam(judge.parameters(), lr=0.01)

    judge(maker(real)).mean().neg().backward()
    left = judge.weight.grad.clone()
    if zero_all:
        for_judge.zero_grad()
    before = maker.weight.grad.clone()
    false = maker(real)
    false = false.detach() if detached else false
    (judge(false).mean() - judge(real).mean()).backward()
    used = judge.weight.grad.clone()
    kept = torch.equal(maker.weight.grad, before)
    for_judge.zero_grad()
    assert judge.weight.grad is None and maker.weight.grad is not None
    maker.zero_grad()
    assert maker.weight.grad is None
    return left, used, kept


left, gradient, kept = adversaries(zero_all=True)
_, mixed, _ = adversaries(zero_all=False)
_, same, changed = adversaries(zero_all=True, detached=False)
assert kept and not changed and torch.equal(same, gradient)
assert left.abs() > 0
assert torch.equal(mixed, gradient + left)
assert torch.equal(mixed[0, 0], -real.mean())
# --8<-- [end:several]


# --8<-- [start:one_scaler]
def pair():
    weights = [nn.Parameter(torch.tensor([x])) for x in (3.0, 4.0)]
    optimizers = [torch.optim.SGD([w], lr=1.0) for w in weights]
    return weights, optimizers, torch.amp.GradScaler("cpu")


def step_all(weights, optimizers, scaler):
    loss = sum((w**2).sum() / 2 for w in weights)
    scaler.scale(loss).backward()
    for optimizer in optimizers:
        scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(weights, max_norm=1.0)
    for optimizer in optimizers:
        scaler.step(optimizer)
    scaler.update()
    return [p.item() for p in weights]


ends = step_all(*pair())
assert torch.allclose(torch.tensor(ends), torch.tensor([2.4, 3.2]))
# --8<-- [end:one_scaler]


# --8<-- [start:one_scaler_wrong]
def complaint(*acts, reached=(0, 1)):
    weights, optimizers, scaler = pair()
    scaler.scale(sum(weights[k].sum() for k in reached)).backward()
    try:
        for name, k in acts:
            getattr(scaler, name)(optimizers[k])
    except (RuntimeError, AssertionError) as error:
        return str(error)


again = complaint(("unscale_", 0), ("unscale_", 0))
assert again.startswith("unscale_() has already been called")
late = complaint(("step", 0), ("unscale_", 0))
assert late == "unscale_() is being called after step()."
unused = complaint(("step", 0), ("step", 1), reached=(0,))
assert unused == "No inf checks were recorded for this optimizer."
assert complaint(("unscale_", 0), ("step", 0), ("step", 1)) is None


def updated(between):
    weights, optimizers, scaler = pair()
    loss = weights[0].sum() * torch.inf + weights[1].sum()
    scaler.scale(loss).backward()
    scaler.step(optimizers[0])
    if between:
        scaler.update()
    scaler.step(optimizers[1])
    scaler.update()
    return [p.item() for p in weights], scaler.get_scale()


assert updated(between=False) == ([3, 4 - 1], 2.0**15)
assert updated(between=True) == ([3, 4 - 2], 2.0**15)
# --8<-- [end:one_scaler_wrong]

import os
import subprocess
import sys
import tempfile


def after_conversion(flag, act):
    """Whether an optimizer still holds the parameters after an act under a flag of `torch.__future__`."""
    switch = getattr(torch.__future__, f"set_{flag}_module_params_on_conversion")
    switch(True)
    try:
        return holds_after(act)
    finally:
        switch(False)


assert after_conversion("swap", nn.Module.double) and not after_conversion("overwrite", nn.Module.double)
assert after_conversion("swap", lambda model: model.to("meta"))


def left_behind():
    """Where m is when its parameter, the same object, has gone elsewhere after a step, and what the next step says."""
    torch.__future__.set_swap_module_params_on_conversion(True)
    model, optimizer = fresh()
    loss_of(model, batch_at(0)).backward()
    optimizer.step()
    optimizer.zero_grad()
    assert model.to("meta")[0].weight.is_meta and not fails(check_parameters, model, optimizer)
    torch.__future__.set_swap_module_params_on_conversion(False)
    for part in model.parameters():
        part.grad = torch.empty_like(part)
    try:
        optimizer.step()
    except RuntimeError as error:
        return optimizer.state[model[0].weight]["exp_avg"].device.type, str(error)


model, optimizer = fresh()
loss_of(model, batch_at(0)).backward()
optimizer.step()
model.double()
optimizer.load_state_dict(optimizer.state_dict())
optimizer.step()
assert optimizer.state[model[0].weight]["exp_avg"].dtype == torch.float64 and counts(optimizer) == {2}
where, stopped = left_behind()
assert where == "cpu" and "device" in stopped
try:
    torch.optim.Adam([nn.Parameter(torch.ones(1)).to(torch.float64)])
except ValueError as error:
    assert str(error) == "can't optimize a non-leaf Tensor"


def running(act, steps=3):
    """How far the running mean of a frozen BatchNorm goes in so many passes, and its weight in as many steps."""
    norm = nn.BatchNorm1d(8)
    model = nn.Sequential(norm, nn.Linear(8, 1)).train()
    norm.requires_grad_(False)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    act(model, norm)
    for t in range(steps):
        optimizer.zero_grad()
        loss_of(model, batch_at(t)).backward()
        optimizer.step()
    return norm.running_mean.abs().max().item(), (norm.weight - 1).abs().max().item()


def set_back(model, norm):
    norm.eval()
    model.train()


front, head = nn.Linear(2, 2), nn.Linear(2, 1)
head_only = torch.optim.Adam(head.parameters())
for _ in range(2):
    head_only.zero_grad()
    head(front(torch.ones(1, 2))).sum().backward()
twice = front.weight.grad.clone()
front.zero_grad()
head(front(torch.ones(1, 2))).sum().backward()
assert torch.equal(twice, 2 * front.weight.grad)

for masked in (False, True):
    weight = nn.Parameter(torch.ones(2))
    masking = torch.optim.AdamW([weight], lr=0.1, weight_decay=0.1)
    weight.grad = torch.ones(2)
    for _ in range(5):
        masking.step()
        weight.grad = torch.tensor([1.0, 0.0])
        if masked:
            weight.data *= torch.tensor([1.0, 0.0])
    assert (weight[1] == 0) == masked

still, stays = running(lambda model, norm: None), running(lambda model, norm: norm.eval())
assert still[0] > 0.01 and still[1] == 0 and stays == (0, 0) and running(set_back) == still

two = [nn.Parameter(torch.ones(1)) for _ in "ab"]
for part, g in zip(two, (3.0, 0.4)):
    part.grad = torch.tensor([g])
nn.utils.clip_grad_value_(two, 1.0)
assert torch.equal(torch.cat([part.grad for part in two]), torch.tensor([1.0, 0.4]))
try:
    torch.amp.GradScaler("cpu").step(torch.optim.SGD([two[0]], lr=0.1))
except AssertionError as error:
    assert "_scale is None" in str(error)

held = [nn.Parameter(torch.ones(1)) for _ in "ab"]


def clipped_at_1(act, *sizes):
    """What a clip at 1 makes of these gradients, and what it returns."""
    for part, size in zip(held, sizes, strict=True):
        part.grad = torch.tensor([size])
    returned = act(held, 1.0)
    return [part.grad.item() for part in held], returned


assert clipped_at_1(nn.utils.clip_grad_norm_, 3.0, 4.0)[1] == 5
ruined, norm = clipped_at_1(nn.utils.clip_grad_norm_, torch.inf, 4.0)
assert ruined[0] != ruined[0] and ruined[1] == 0 and norm == torch.inf
assert clipped_at_1(nn.utils.clip_grad_value_, torch.inf, 4.0) == ([1, 1], None)

PROCESS = """
import sys
from contextlib import nullcontext

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.algorithms.ddp_comm_hooks.default_hooks import allreduce_hook

rank, file = int(sys.argv[1]), sys.argv[2]
dist.init_process_group("gloo", init_method=f"file://{file}", rank=rank, world_size=2)
sizes, targets = (6, 2), (1.0, -1.0)


def gradient(weighted=False, passes=1, spared=False):
    model = nn.parallel.DistributedDataParallel(nn.Linear(1, 1, bias=False))
    nn.init.zeros_(model.module.weight)
    x, y = torch.ones(sizes[rank], 1), torch.full((sizes[rank], 1), targets[rank])
    for k in range(passes):
        with model.no_sync() if spared and k < passes - 1 else nullcontext():
            loss = nn.functional.mse_loss(model(x), y, reduction="sum" if weighted else "mean")
            (loss * 2 / sum(sizes) if weighted else loss).backward()
    return model.module.weight.grad.item()


def sent(of_forward, of_backward, passes=4):
    model, buckets = nn.parallel.DistributedDataParallel(nn.Linear(1, 1)), []

    def counted(state, bucket):
        buckets.append(bucket.index())
        return allreduce_hook(state, bucket)

    model.register_comm_hook(None, counted)
    for k in range(passes):
        spared = model.no_sync if k < passes - 1 else nullcontext
        with spared() if of_forward else nullcontext():
            loss = model(torch.ones(1, 1)).sum()
        with spared() if of_backward else nullcontext():
            loss.backward()
    return len(buckets)


assert [sent(*pair) for pair in ((False, False), (True, True), (False, True))] == [4, 1, 4]
whole = (6 * -2 + 2 * 2) / 8
assert gradient() == (-2 + 2) / 2 and gradient(weighted=True) == whole
assert gradient(True, 2) == gradient(True, 2, spared=True) == 2 * whole
"""


def in_two_processes(text):
    """Run it in two processes that meet over a file."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-I", "-c", text]
        more = {"env": os.environ | {"GLOO_SOCKET_IFNAME": "lo"}, "stderr": subprocess.DEVNULL}
        runs = [subprocess.Popen([*command, str(rank), f"{folder}/meet"], **more) for rank in range(2)]
        return [run.wait(timeout=200) for run in runs]


assert in_two_processes(PROCESS) == [0, 0]


def scaled_rounds(optimizer, weight, factors):
    """What `scaler.step` returned in each round, and the scale before the first and after each."""
    scaler = torch.amp.GradScaler("cpu")
    returned, scales = [], [scaler.get_scale()]
    for factor in factors:
        optimizer.zero_grad()
        scaler.scale((weight * factor).sum()).backward()
        returned.append(scaler.step(optimizer))
        scaler.update()
        scales.append(scaler.get_scale())
    return returned, scales


weight = nn.Parameter(torch.ones(1))
returned, scales = scaled_rounds(torch.optim.Adam([weight], lr=0.1), weight, [1.0, torch.inf, 1.0])
assert returned == [None] * 3 and scales == [2.0**16, 2.0**16, 2.0**15, 2.0**15]
weight = nn.Parameter(torch.ones(1))
_, scales = scaled_rounds(torch.optim.Adam([weight], lr=0.1), weight, [torch.nan] * 20)
assert scales == [2.0 ** (16 - t) for t in range(21)] and weight.item() == 1  # a loss that is NaN: no step is taken

with torch.autocast("cpu", torch.float16):
    large = nn.functional.linear(torch.full((1, 4), 300.0), torch.full((2, 4), 300.0))
    lost = nn.functional.cross_entropy(large, torch.zeros(1, dtype=torch.long))
assert large.dtype == torch.float16 and large.isinf().all() and lost.isnan()


def with_schedule(make_schedule):
    """A right program whose schedule writes settings of its own into the groups."""
    model = build()
    optimizer = two_groups(model)
    make_schedule(optimizer)
    return model, optimizer


for make_schedule in (
        lambda held: kinds.OneCycleLR(held, max_lr=0.1, total_steps=9), lambda held: kinds.StepLR(held, 2),
        lambda held: kinds.CyclicLR(held, 0.01, 0.1), lambda held: torch.optim.swa_utils.SWALR(held, swa_lr=0.1)):
    assert not fails(check_parameters, *with_schedule(make_schedule))


def rounds_of_two(factor):
    """(both weights, scale) after a step of two optimizers under one scaler; the gradient of the first by a factor."""
    weights, scaler = [nn.Parameter(torch.ones(1)) for _ in "ab"], torch.amp.GradScaler("cpu")
    optimizers = [torch.optim.Adam([weight], lr=0.1) for weight in weights]
    scaler.scale((factor * weights[0] + weights[1]).sum()).backward()
    for optimizer in optimizers:
        scaler.step(optimizer)
    scaler.update()
    return [round(weight.item(), 3) for weight in weights], scaler.get_scale()


assert rounds_of_two(1.0) == ([0.9, 0.9], 2.0**16) and rounds_of_two(torch.inf) == ([1, 0.9], 2.0**15)


def entropy_of(logits):
    return nn.functional.cross_entropy(torch.tensor([logits]).half(), torch.zeros(1, dtype=torch.long)).item()


assert entropy_of([0.0, -70000.0]) == 0 and entropy_of([70000.0, 0.0]) != entropy_of([70000.0, 0.0])


def with_dropout():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Dropout(0.2), nn.Linear(32, 1))
    return model, torch.optim.Adam(model.parameters(), lr=0.01)


model, optimizer = with_dropout()
assert fails(check_step, scaled, model, optimizer, three)
model, optimizer = with_dropout()
assert not fails(check_step, scaled, model.eval(), optimizer, three)


def around_no_grad(model, x):
    hidden = model[:2](x)
    with torch.no_grad():
        more = model[2](hidden)
    return hidden.sum(1, keepdim=True) + more


assert gradients(around_no_grad) == [True, False]


def shortened(words, seed, steps=300):
    """At how many steps the gradients that Adam is to take are longer than the threshold of the clip."""
    model, optimizer = fresh(seed=seed)
    count, step = 0, in_order(words)
    for t in range(steps):
        before = [0 if p.grad is None else p.grad.clone() for p in model.parameters()]
        new = torch.autograd.grad(loss_of(model, batch_at(t)), list(model.parameters()))
        count += torch.stack([(g + b).norm() for g, b in zip(new, before)]).norm().item() > 1
        step(model, optimizer, batch_at(t))
    return count


def ends_equal(words, other, steps=30, **settings):
    """Whether an order in plain gradient descent walks the path of another order with these settings."""
    ends = []
    for order, more in ((words, {}), (other, settings)):
        model, optimizer = fresh(torch.optim.SGD, lr=0.001, **more)
        step = in_order(order)
        for t in range(steps):
            step(model, optimizer, batch_at(t))
        ends.append(model)
    return farthest(*ends) < 1e-6 < farthest(ends[0], build())


def held_twice(**settings):
    """A weight of 1 that stands in one group twice, after a step; PyTorch refuses it in two groups."""
    weight = nn.Parameter(torch.ones(1))
    assert refuses(torch.optim.Adam, [{"params": [weight]}, {"params": [weight]}])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        optimizer = torch.optim.Adam([weight, weight], lr=0.1, **settings)
    weight.grad = torch.ones(1)
    optimizer.step()
    assert any("duplicate parameters" in str(warning.message) for warning in caught)
    return {"weight": weight.item(), "t": int(optimizer.state[weight]["step"])}


assert abs(held_twice()["weight"] - 0.8) < 1e-6 < 0.82 < held_twice(fused=True)["weight"]
KEEP = {"StepLR": {"step_size": 2}, "MultiStepLR": {"milestones": [6]}, "ExponentialLR": {"gamma": 0.9},
        "ConstantLR": {"factor": 0.1, "total_iters": 6},
        "CosineAnnealingLR": {"T_max": 9}, "PolynomialLR": {"total_iters": 9},
        "LinearLR": {"start_factor": 0.1, "total_iters": 8}}
STOP = {"LambdaLR": {"lr_lambda": lambda t: 0.9**t}, "CosineAnnealingWarmRestarts": {"T_0": 10},
        "OneCycleLR": {"max_lr": 0.01, "total_steps": 20}, "CyclicLR": {"base_lr": 0.001, "max_lr": 0.01},
        "MultiplicativeLR": {"lr_lambda": lambda t: 0.9}}


def of_kind(name, more):
    return lambda held: getattr(kinds, name)(held, **more)


def stops(make_schedule):
    """Whether the first step of the schedule with the new group raises an error."""
    joined(make_schedule, steps=4)
    try:
        joined(make_schedule, steps=5)
    except (ValueError, KeyError):
        return True
    return False


def ratios(make_schedule):
    """What the rate of a group that joins at twice the others' is to theirs, after each step."""
    one, late = (nn.Parameter(torch.ones(1)) for _ in "ab")
    optimizer = torch.optim.Adam([one], lr=0.01)
    schedule, seen = make_schedule(optimizer), []
    for t in range(8):
        if t == 4:
            optimizer.add_param_group({"params": [late], "lr": 2 * optimizer.param_groups[0]["lr"]})
        one.grad = torch.ones(1)
        optimizer.step()
        schedule.step()
        seen += [group["lr"] / optimizer.param_groups[0]["lr"] for group in optimizer.param_groups[1:]]
    return seen


assert all(abs(ratio - 2) < 1e-9 for name, more in KEEP.items() for ratio in ratios(of_kind(name, more)))
assert all(stops(of_kind(name, more)) for name, more in STOP.items())
assert max(ratios(of_kind("CosineAnnealingLR", {"T_max": 9, "eta_min": 0.001}))) < 1.99


def in_parts(wrapper):
    """The two parts of a warm-up and a decay in a schedule of both; the second part follows at the sixth step."""
    def make(held):
        parts = [kinds.LinearLR(held, 0.1, total_iters=6), kinds.ExponentialLR(held, 0.9)]
        return wrapper(held, parts, [6]) if wrapper is kinds.SequentialLR else wrapper(parts)
    return make


assert all(abs(ratio - 2) < 1e-9 for ratio in ratios(in_parts(kinds.ChainedScheduler)))
joined(in_parts(kinds.SequentialLR), steps=5)
assert refuses(joined, in_parts(kinds.SequentialLR))


def error_of(act, *arguments):
    """What an act says where it stops."""
    try:
        act(*arguments)
    except (RuntimeError, AssertionError) as error:
        return str(error)


def later(make_schedule, append=()):
    """The rates of a group, and of one that joins after three steps with half the first rate, in the next three."""
    one, late = (nn.Parameter(torch.ones(1)) for _ in "ab")
    optimizer = torch.optim.SGD([one], lr=1.0)
    schedule, seen = make_schedule(optimizer), []
    for t in range(6):
        if t == 3:
            optimizer.add_param_group({"params": [late], "lr": 0.5})
            for name in append:
                getattr(schedule, name).append({"base_lrs": 0.5, "lr_lambdas": STOP["LambdaLR"]["lr_lambda"]}[name])
        optimizer.step()
        schedule.step(*[1.0] * isinstance(schedule, kinds.ReduceLROnPlateau))
        seen += [[group["lr"] for group in optimizer.param_groups]]
    return seen[3:]


for kind, append in {"LambdaLR": ["base_lrs", "lr_lambdas"], "MultiplicativeLR": ["lr_lambdas"],
                     "CosineAnnealingWarmRestarts": ["base_lrs"]}.items():
    both_rates = later(of_kind(kind, STOP[kind]), append)
    assert both_rates[0][1] > both_rates[1][1] > both_rates[2][1]
    assert all(refuses(later, of_kind(kind, STOP[kind]), fewer) for fewer in ([], append[:-1]))
    assert kind == "MultiplicativeLR" or all(abs(late - 0.5 * rate) < 1e-9 for rate, late in both_rates)
waiting = of_kind("ReduceLROnPlateau", {"patience": 3, "factor": 0.5})
assert [rate for rate, _ in later(waiting)] == [1, 0.5, 0.5] and later(waiting)[2][1] == 0.25
in_a_list = {"patience": 3, "min_lr": [1e-9]}
assert "number of param groups" in error_of(later, of_kind("ReduceLROnPlateau", in_a_list))
later(of_kind("ReduceLROnPlateau", in_a_list | {"patience": 9}))


def takes_a_group(kind):
    """Whether a matrix that joins after a step moves in the next two."""
    one, late = (nn.Parameter(torch.ones(2, 2)) for _ in "ab")
    optimizer = kind([one], lr=0.1)
    for t in range(3):
        if t == 1:
            optimizer.add_param_group({"params": [late]})
        for weight in one, late:
            weight.grad = torch.ones(2, 2).to_sparse() if kind is torch.optim.SparseAdam else torch.ones(2, 2)
        optimizer.step(*[lambda: torch.zeros(1)] * (kind is torch.optim.LBFGS))
    return (late != 1).all()


OPTIMIZERS = [kind for kind in vars(torch.optim).values() if isinstance(kind, type)
              and issubclass(kind, torch.optim.Optimizer) and kind is not torch.optim.Optimizer]
assert len(OPTIMIZERS) > 10 and all(takes_a_group(kind) for kind in OPTIMIZERS if kind is not torch.optim.LBFGS)
assert "Expected exactly one param_group" in error_of(takes_a_group, torch.optim.LBFGS)


def waited():
    """The t of a layer, and of one in a group of its own that has no gradient in the first three of six steps."""
    model = build()
    model[2].requires_grad_(False)
    optimizer = torch.optim.Adam([{"params": model[k].parameters()} for k in (0, 2)])
    schedule = kinds.LambdaLR(optimizer, lambda t: 0.9**t)
    for t in range(6):
        model[2].requires_grad_(t > 2)
        optimizer.zero_grad()
        loss_of(model, batch_at(t)).backward()
        optimizer.step()
        schedule.step()
    rates = {group["lr"] for group in optimizer.param_groups}
    return [int(optimizer.state[model[k].weight]["step"]) for k in (0, 2)], len(rates)


assert waited() == ([6, 3], 1)


def in_windows(batches, clear_each=False, window=4, epochs=2):
    """The gradients of the steps of a loop that asks `(i + 1) % window`, where each batch has a gradient of 1."""
    weight, taken = nn.Parameter(torch.zeros(1)), []
    optimizer = torch.optim.SGD([weight], lr=1.0)
    for _ in range(epochs):
        for i in range(batches):
            if clear_each:
                optimizer.zero_grad()
            weight.sum().backward()
            if (i + 1) % window == 0:
                taken.append(weight.grad.item())
                optimizer.step()
                optimizer.zero_grad()
    return taken


assert in_windows(3) == [] and in_windows(6) == [4, 6] and in_windows(4, clear_each=True) == [1, 1]


def past_the_scaler():
    """A weight whose gradient is 0, after a step of Adam without ε, and the scale."""
    weight, scaler = nn.Parameter(torch.zeros(1)), torch.amp.GradScaler("cpu", init_scale=8.0)
    optimizer = torch.optim.Adam([weight], eps=0)
    scaler.scale((0 * weight).sum()).backward()
    scaler.step(optimizer)
    scaler.update()
    return weight.item(), scaler.get_scale()


assert past_the_scaler()[0] != past_the_scaler()[0] and past_the_scaler()[1] == 8


def named_by_anomaly():
    """The operation that is named where a gradient becomes NaN on its way back."""
    root = nn.Parameter(torch.zeros(1))
    with torch.autograd.set_detect_anomaly(True):
        return error_of((0 * root.log()).sum().backward)


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    assert "LogBackward0" in named_by_anomaly()


def left_in_the_maker(cleared):
    """How far the maker goes in the step of the judge, and in its own next step on a loss without a slope."""
    maker, judge = nn.Linear(1, 1), nn.Linear(1, 1)
    nn.init.constant_(judge.weight, 0.5)
    for_maker, for_judge = (torch.optim.Adam(part.parameters(), lr=0.01) for part in (maker, judge))
    start = maker.weight.detach().clone()
    judge(maker(real)).mean().backward()
    for_judge.step()
    moved = [(maker.weight - start).abs().item()]
    if cleared:
        for_maker.zero_grad()
    (0 * maker(real)).mean().backward()
    for_maker.step()
    return [*moved, (maker.weight - start).abs().item()]


assert left_in_the_maker(cleared=True) == [0, 0] and left_in_the_maker(cleared=False)[0] == 0
assert left_in_the_maker(cleared=False)[1] > 0.009


def of_both(factor=1.0, clipped=False, between=False):
    """(both weights, the second gradient) where both are unscaled first; the gradient of the first by a factor."""
    weights, optimizers, scaler = pair()
    scaler.scale(weights[0].sum() * factor + weights[1].sum()).backward()
    for optimizer in optimizers:
        scaler.unscale_(optimizer)
    if clipped:
        nn.utils.clip_grad_norm_(weights, max_norm=1.0)
    scaler.step(optimizers[0])
    if between:
        scaler.update()
    scaler.step(optimizers[1])
    return [p.item() for p in weights], weights[1].grad.item()


assert of_both(torch.inf) == ([3, 3], 1) and of_both(torch.inf, clipped=True) == ([3, 4], 0)
assert of_both() == ([2, 3], 1) and of_both(between=True) == ([2, 4 - 2.0**-16], 2.0**-16)
unasked = torch.amp.GradScaler("cpu")
unasked.scale(torch.ones(1))
assert error_of(unasked.update) == "No inf checks were recorded prior to update."
million = 2.0**-16 / 1e6**0.5  # an entry of a gradient of a million, clipped to 1 before it was divided by the scale
assert 0.5 < 10 * (1 - one_weight([million])[0][0]) < 0.7 < 0.999 < 10 * (1 - one_weight([2.0**-16])[0][0])


def later_zero():
    """A weight after a step of Adam without ε and one more under a gradient of 0."""
    weight = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.Adam([weight], eps=0)
    for g in 1.0, 0.0:
        weight.grad = torch.tensor([g])
        optimizer.step()
    return weight.isfinite().all()


assert later_zero()
model, optimizer = fresh()
loss_of(model, batch_at(0)).backward()
optimizer.step()
capturable = copy.deepcopy(optimizer.state_dict())
capturable["param_groups"][0]["capturable"] = True
there = copy.deepcopy(model).to("meta")
resumed = torch.optim.Adam(there.parameters())
resumed.load_state_dict(capturable)
assert resumed.state[there[0].weight]["step"].is_meta


def after(words, make, seed, steps=300, **settings):
    """The mean loss of three seeds after so many steps in an order."""
    model, optimizer = fresh(make, seed, **settings)
    step = in_order(words)
    for t in range(steps):
        step(model, optimizer, batch_at(t))
    return loss_of(model, (inputs, targets)).item()


def means(words):
    kinds = {"adam": (torch.optim.Adam, {}), "sgd": (torch.optim.SGD, {"lr": 0.05, "momentum": 0.9})}
    runs = {kind: [after(words, make, seed, **more) for seed in range(3)] for kind, (make, more) in kinds.items()}
    return {kind: sum(own) / len(own) for kind, own in runs.items()}


def farthest(one, other):
    return max((p - q).abs().max().item() for p, q in zip(one.parameters(), other.parameters()))


EVEN, UNEVEN = (8, 8, 8, 8), (20, 4, 2, 6)


def accumulated(program, sizes, make, rounds=60, **settings):
    """How far a program ends from the right one, as a share of the way that the right one went."""
    ends = []
    for each in (program, accumulate):
        model, optimizer = fresh(make, **settings)
        for t in range(rounds):
            each(model, optimizer, [batch_at(100 * t + k, size) for k, size in enumerate(sizes)], 4)
        ends.append(model)
    return farthest(*ends) / farthest(ends[1], build())


def both(program, sizes):
    return {"adam": accumulated(program, sizes, torch.optim.Adam),
            "sgd": accumulated(program, sizes, torch.optim.SGD)}


def learned(model, optimizer):
    """The loss before and after 300 steps of a program that has its parameters."""
    ends = [loss_of(model, (inputs, targets)).item()]
    step = in_order(right[0])
    for t in range(300):
        step(model, optimizer, batch_at(t))
    return [*ends, loss_of(model, (inputs, targets)).item()]


def still_moved(how, make, lr=0.01, steps=100, **settings):
    """How far the frozen layer goes in so many steps, in learning rates: its farthest weight."""
    step, model, _ = case(how, make, lr=lr, **settings)
    before = model[0].weight.detach().clone()
    for t in range(steps):
        step(batch_at(t))
    return (model[0].weight - before).abs().max().item() / lr


assert ends_equal("backward step", "zero backward step", momentum=1.0)
for make, spoiled in (torch.optim.SGD, True), (torch.optim.Adam, False):
    reached = [after(words, make, 0, steps=30) for words in ("zero scaled step", "zero backward step")]
    assert (not reached[0] < 1e3) == spoiled and (spoiled or abs(reached[0] - reached[1]) < 1e-3 * reached[1])
assert not ends_equal("backward step", "zero backward step", momentum=0.9)
FROZEN = {"adam": (torch.optim.Adam, {}), "adamw": (torch.optim.AdamW, {"weight_decay": 0.1}),
          "sgd": (torch.optim.SGD, {}), "momentum": (torch.optim.SGD, {"momentum": 0.9})}
TOLD = {
    "start": sum(loss_of(build(seed), (inputs, targets)).item() for seed in range(3)) / 3,
    "orders": {"right": means(right[0]), "right, scaled": means(right[1]), "hidden": means(hidden)}
    | {name: means(words) for name, words in wrong.items()},
    "unclipped": {"adam": sum(after("backward step", torch.optim.Adam, seed) for seed in range(3)) / 3},
    "twice": held_twice(),
    "shortened": sum(shortened("backward clip step", seed) for seed in range(3)),
    "accumulated": {"sum": both(added_up, EVEN), "means": both(mean_of_means, UNEVEN),
                    "last": both(mean_of_means, EVEN + EVEN[:1])},
    "counts": {"each": 6, "accumulated": 2},
    "skipped": {"t": 9, "schedule": 10},
    "overflow": {"stays": path[-1], "usual": usual[-1]},
    "groups": {program.__name__: learned(*program()) for program in (layer_replaced, built_again, biases_forgotten)}
    | {"right": learned(*fresh())},
    "added": {"steps": steps, "warmed": warmed[1] / warmed[0]},
    "said": said,
    "frozen": {how: {name: still_moved(how, make, **more) for name, (make, more) in FROZEN.items()}
               for how in ("none", "zeros", "kept")},
    "several": {"left": left.item(), "gradient": gradient.item(), "mixed": mixed.item()},
    "pair": {"together": ends, "between": [4 - updated(between)[0][1] for between in (False, True)]},
}
