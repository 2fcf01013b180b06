"""The page practice/schedules in PyTorch: the rate that a step takes, units, ends, a resume, and a beta that moves."""

# --8<-- [start:record]
import copy
import math
import warnings

import torch
from torch import nn
from torch.optim import lr_scheduler as schedules


def record(optimizer):
    rates = []

    def note(optimizer, args, kwargs):
        rates.append(float(optimizer.param_groups[0]["lr"]))

    optimizer.register_step_pre_hook(note)
    return rates


def one_weight(lr=1.0, **settings):
    weight = nn.Parameter(torch.ones(1, dtype=torch.float64))
    weight.grad = torch.ones_like(weight)
    return torch.optim.Adam([weight], lr=lr, **settings)


def rates_of(make, steps):
    optimizer = one_weight()
    rates, schedule = record(optimizer), make(optimizer)
    for _ in range(steps - 1):
        optimizer.step()
        schedule.step()
    optimizer.step()
    return rates


def halves(optimizer):
    return schedules.StepLR(optimizer, step_size=2, gamma=0.5)


assert rates_of(halves, 5) == [1, 1, 0.5, 0.5, 0.25]
# --8<-- [end:record]


# --8<-- [start:when]
def ordered(first, second):
    optimizer = one_weight()
    rates, printed = record(optimizer), []
    schedule = schedules.ExponentialLR(optimizer, 0.5)
    act = {"optimizer": optimizer.step, "schedule": schedule.step}
    for _ in range(3):
        act[first]()
        act[second]()
        printed.append(schedule.get_last_lr()[0])
    return rates, printed


after, printed_after = ordered("optimizer", "schedule")
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    before, printed_before = ordered("schedule", "optimizer")
assert after == [1, 0.5, 0.25] and printed_after == [0.5, 0.25, 0.125]
assert before == printed_before == [0.5, 0.25, 0.125]
assert "before `optimizer.step()`" in str(told[0].message)
# --8<-- [end:when]


# --8<-- [start:check_schedule]
def check_schedule(train, optimizer, lr_at):
    rates = record(optimizer)
    train()
    steps = len(rates)
    wanted = [lr_at(t, steps) for t in range(steps)]
    assert steps and max(wanted) > 0, "no step, or no rate"
    for t in range(steps):
        near = abs(rates[t] - wanted[t]) <= 1e-6 * max(wanted)
        assert near, (f"step {t + 1} of {steps} took "
                      f"{rates[t]:.3g} instead of {wanted[t]:.3g}")


def up_and_down(t, steps, lr=0.01):
    warm = steps // 10
    up, down = (t + 1) / max(1, warm), (steps - t) / (steps - warm)
    return lr * max(0, min(up, down))


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError as error:
        return str(error)
    return ""


optimizer = one_weight()
schedule = schedules.LambdaLR(optimizer, lambda t: up_and_down(t, 40))


def train():
    for _ in range(40):
        optimizer.step()
        schedule.step()


assert not fails(check_schedule, train, optimizer, up_and_down)
# --8<-- [end:check_schedule]


# --8<-- [start:drawn]
def drawn(make, steps=120, size=400):
    torch.manual_seed(0)
    weight = nn.Parameter(torch.zeros(size, dtype=torch.float64))
    optimizer = torch.optim.Adam([weight], lr=1.0)
    rates, schedule, path = record(optimizer), make(optimizer), []
    for _ in range(steps):
        before = weight.detach().clone()
        weight.grad = torch.randn(size, dtype=torch.float64)
        optimizer.step()
        schedule.step()
        moved = weight.detach() - before
        path.append(moved.square().mean().sqrt().item())
    return {"rates": rates, "steps": path}


def own_call(optimizer):
    return schedules.CosineAnnealingLR(optimizer, T_max=100)


seen = drawn(own_call, steps=100)
assert abs(seen["steps"][0] - seen["rates"][0]) < 1e-6
for t in 1, 20, 50, 100:
    print(t, seen["rates"][t - 1], seen["steps"][t - 1])
# --8<-- [end:drawn]


# --8<-- [start:units]
def program(total, unit="step", calls=1):
    optimizer = one_weight()
    schedule = schedules.LambdaLR(
        optimizer, lambda t: up_and_down(t, total))

    def advance(now):
        for _ in range(calls if now == unit else 0):
            schedule.step()

    def train(epochs=2, micro_batches=40, window=2):
        for _ in range(epochs):
            for k in range(micro_batches):
                if k % window == window - 1:
                    optimizer.step()
                    advance("step")
                advance("micro-batch")
            advance("epoch")

    return train, optimizer, up_and_down


assert not fails(check_schedule, *program(total=40))
wrong = {
    "twice": {"total": 40, "calls": 2},
    "four processes": {"total": 40, "calls": 4},
    "micro-batch": {"total": 40, "unit": "micro-batch"},
    "epoch": {"total": 40, "unit": "epoch"},
    "total of micro-batches": {"total": 80},
    "total of one epoch": {"total": 20},
}
said = {name: fails(check_schedule, *program(**mistake))
        for name, mistake in wrong.items()}
assert all(said.values()) and said["twice"].startswith("step 2 of 40")
# --8<-- [end:units]


# --8<-- [start:calls]
def from_zero(optimizer):
    return schedules.LambdaLR(optimizer, lambda t: min(1, t / 4))


def linear(optimizer):
    return schedules.LinearLR(optimizer, 0.1, total_iters=4)


def cosine(optimizer, T_max=8):
    return schedules.CosineAnnealingLR(optimizer, T_max)


def one_cycle(optimizer):
    return schedules.OneCycleLR(optimizer, max_lr=1.0, total_steps=8)


def one_after_the_other(optimizer):
    parts = [linear(optimizer), cosine(optimizer, T_max=4)]
    return schedules.SequentialLR(optimizer, parts, milestones=[4])


calls = {call.__name__: rates_of(call, 9) for call in (
    from_zero, linear, cosine, one_cycle, one_after_the_other)}
assert calls["from_zero"][0] == 0 and calls["linear"][4] > 0.999
for name in "cosine", "one_after_the_other":
    assert calls[name][7] > 0.03 and abs(calls[name][8]) < 1e-9
assert calls["one_cycle"][7] < 1e-5 < 0.05 < calls["one_cycle"][8]
beyond = rates_of(cosine, 17)
assert beyond[8] < 1e-9 and beyond[16] > 0.999
try:
    rates_of(one_cycle, 10)
except ValueError as error:
    refused = str(error)
assert refused.startswith("Tried to step 9 times")
# --8<-- [end:calls]

# --8<-- [start:zero]
optimizer = one_weight()
weight = optimizer.param_groups[0]["params"][0]
schedule = from_zero(optimizer)
optimizer.step()
state = optimizer.state[weight]
assert weight.item() == 1 and state["step"] == 1
assert math.isclose(state["exp_avg"].item(), 0.1)
# --8<-- [end:zero]


# --8<-- [start:theirs]
def warm_and_down(warm, total):
    def factor(t):
        if t < warm:
            return t / warm
        return max(0, (total - t) / (total - warm))

    return factor


theirs = rates_of(
    lambda held: schedules.LambdaLR(held, warm_and_down(4, 8)), 9)
assert theirs == [0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25, 0]
assert warm_and_down(0, 8)(0) == 1
# --8<-- [end:theirs]


# --8<-- [start:lengths]
def steps_of(batches, window, epochs):
    return epochs * math.ceil(batches / window)


def cycle_of(total):
    return lambda held: schedules.OneCycleLR(held, 1.0, total)


assert steps_of(batches=10, window=4, epochs=3) == 9
assert 3 * (10 // 4) == 6 and 3 * (3 // 4) == 0
assert len(rates_of(cycle_of(9), 9)) == 9


def stops(make, steps=3):
    try:
        rates = rates_of(make, steps)
    except (ValueError, ZeroDivisionError) as error:
        return str(error)
    return rates


short = stops(lambda held: schedules.OneCycleLR(
    held, 1.0, total_steps=100, pct_start=0.01))
assert short == "float division by zero"
too_short = stops(cycle_of(6), steps=9)
assert too_short.startswith("Tried to step 7 times.")
none = stops(cycle_of(0))
assert none == "Expected positive integer total_steps, but got 0"
assert "zero" in stops(lambda held: cosine(held, T_max=0))
assert stops(lambda held: schedules.LinearLR(
    held, 0.1, total_iters=0)) == [0.1, 0.1, 0.1]
assert stops(lambda held: schedules.PolynomialLR(
    held, total_iters=0)) == [1, 1, 1]
# --8<-- [end:lengths]


# --8<-- [start:two]
def both_by_hand(optimizer):
    one, other = linear(optimizer), cosine(optimizer)

    class Both:
        def step(self):
            one.step()
            other.step()

    return Both()


def chained(optimizer):
    parts = [linear(optimizer), cosine(optimizer)]
    return schedules.ChainedScheduler(parts)


product = [a * b for a, b in zip(calls["linear"], calls["cosine"])]
by_hand = rates_of(both_by_hand, 9)
assert all(abs(a - b) < 1e-9 for a, b in zip(by_hand, product))
assert by_hand == rates_of(chained, 9)
assert max(by_hand) < 0.54
# --8<-- [end:two]


# --8<-- [start:plateau]
def on_plateau(metrics, **settings):
    optimizer = one_weight()
    schedule = schedules.ReduceLROnPlateau(
        optimizer, factor=0.5, **settings)
    rates = []
    for metric in metrics:
        optimizer.step()
        schedule.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


assert on_plateau([1] * 5, patience=2) == [1, 1, 1, 0.5, 0.5]
accuracy = [0.5, 0.6, 0.7]
assert on_plateau(accuracy, patience=0) == [1, 0.5, 0.25]
assert on_plateau(accuracy, patience=0, mode="max") == [1, 1, 1]
# --8<-- [end:plateau]


# --8<-- [start:set]
def set_by_hand(make, at=3, lr=0.01):
    optimizer = one_weight()
    rates, schedule = record(optimizer), make(optimizer)
    for t in range(6):
        if t == at:
            optimizer.param_groups[0]["lr"] = lr
        optimizer.step()
        schedule.step()
    return rates


def falls(optimizer):
    return schedules.LambdaLR(optimizer, lambda t: 1 - t / 10)


def shrinks(optimizer):
    return schedules.ExponentialLR(optimizer, 0.9)


assert math.isclose(set_by_hand(falls)[4], 0.6)
assert math.isclose(set_by_hand(shrinks)[4], 0.009)
# --8<-- [end:set]


# --8<-- [start:check_resumed]
def check_resumed(make, resume, first=15, more=25):
    def walk(optimizer, schedule, steps):
        rates = record(optimizer)
        for _ in range(steps):
            optimizer.step()
            schedule.step()
        return rates

    whole = walk(*make(), first + more)
    stopped = make()
    walk(*stopped, first)
    rates = walk(*resume(*copy.deepcopy(stopped)), more)
    for k in range(more):
        near = abs(rates[k] - whole[first + k]) <= 1e-6 * max(whole)
        assert near, (f"step {k + 1} after the resume took "
                      f"{rates[k]:.3g} instead of {whole[first + k]:.3g}")


def make(total=40):
    optimizer = one_weight(lr=0.01)
    return optimizer, schedules.LambdaLR(
        optimizer, lambda t: up_and_down(t, total, lr=1))


def resume(optimizer, schedule):
    new_optimizer, new_schedule = make()
    new_optimizer.load_state_dict(optimizer.state_dict())
    new_schedule.load_state_dict(schedule.state_dict())
    return new_optimizer, new_schedule


assert not fails(check_resumed, make, resume)
# --8<-- [end:check_resumed]


# --8<-- [start:resumed_wrong]
def schedule_new(optimizer, schedule):
    new_optimizer, new_schedule = make()
    new_optimizer.load_state_dict(optimizer.state_dict())
    return new_optimizer, new_schedule


def by_last_epoch(last_epoch):
    def resume(optimizer, schedule):
        new_optimizer, _ = make()
        new_optimizer.load_state_dict(optimizer.state_dict())
        return new_optimizer, schedules.LambdaLR(
            new_optimizer, lambda t: up_and_down(t, 40, lr=1), last_epoch)

    return resume


def longer(optimizer, schedule):
    new_optimizer, new_schedule = make(total=80)
    new_optimizer.load_state_dict(optimizer.state_dict())
    new_schedule.load_state_dict(schedule.state_dict())
    return new_optimizer, new_schedule


for program_of in schedule_new, by_last_epoch(15), longer:
    assert fails(check_resumed, make, program_of)
assert not fails(check_resumed, make, by_last_epoch(14))

try:
    schedules.LambdaLR(one_weight(), lambda t: 1, last_epoch=14)
except KeyError as error:
    refused = str(error)
assert "'initial_lr' is not specified" in refused
# --8<-- [end:resumed_wrong]

# --8<-- [start:longer]
old, new = one_weight(), one_weight()
short, long = cosine(old, T_max=8), cosine(new, T_max=16)
for _ in range(4):
    old.step()
    short.step()
new.load_state_dict(old.state_dict())
long.load_state_dict(short.state_dict())
assert long.T_max == 8

long.T_max = 16
rates = record(new)
for _ in range(13):
    new.step()
    long.step()
assert rates == sorted(rates, reverse=True)
assert math.isclose(rates[0], 0.5) and abs(rates[-1]) < 1e-9
# --8<-- [end:longer]


# --8<-- [start:betas]
def lengths(make, steps):
    optimizer = one_weight(betas=(0.9, 0.999))
    group, schedule = optimizer.param_groups[0], make(optimizer)
    weight, path, product = group["params"][0], [], 1.0
    for t in range(1, steps + 1):
        lr, beta, before = group["lr"], group["betas"][0], weight.item()
        optimizer.step()
        schedule.step()
        path.append((before - weight.item()) / lr)
        product *= beta
        right = (1 - product) / (1 - beta**t)
        assert math.isclose(path[-1], right, rel_tol=1e-4)
    return path


def cycle(steps, **settings):
    return lambda optimizer: schedules.OneCycleLR(
        optimizer, max_lr=1.0, total_steps=steps, **settings)


optimizer = one_weight(lr=0.5, betas=(0.9, 0.999))
cycle(100)(optimizer)
group = optimizer.param_groups[0]
assert group["betas"] == (0.95, 0.999) and math.isclose(group["lr"], 0.04)
moving = {steps: lengths(cycle(steps), steps) for steps in (20, 100, 1000)}
assert min(moving[20]) < 0.72 and max(moving[20]) > 1.3
still = lengths(cycle(20, cycle_momentum=False), 20)
assert all(abs(length - 1) < 1e-4 for length in still)
# --8<-- [end:betas]


def complaint(act):
    try:
        act()
    except (TypeError, ValueError) as error:
        return str(error)


optimizer = one_weight()
plateau = schedules.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
optimizer.param_groups[0]["lr"] = 0.1
for _ in "ab":
    plateau.step(1.0)
assert optimizer.param_groups[0]["lr"] == 0.05  # it multiplies what stands there
assert complaint(plateau.step).endswith("missing 1 required positional argument: 'metrics'")
assert {"best", "num_bad_epochs"} <= plateau.state_dict().keys()
parts = [schedules.LinearLR(optimizer, 0.1, total_iters=2), plateau]
assert "does not support" in complaint(lambda: schedules.SequentialLR(optimizer, parts, milestones=[2]))


def restarted(fraction):
    """The rates of two epochs of two steps under restarts of one epoch; by a fraction of an epoch, or by none."""
    optimizer = one_weight()
    rates = record(optimizer)
    schedule = schedules.CosineAnnealingWarmRestarts(optimizer, T_0=1 if fraction else 2)
    for step in range(1, 5):
        optimizer.step()
        schedule.step(*([step / 2] if fraction else []))
    return rates


assert restarted(True) == restarted(False) == [1, 0.5, 1, 0.5]
groups = [{"params": [nn.Parameter(torch.ones(1))]} for _ in "ab"]
optimizer = torch.optim.Adam(groups, lr=1.0)
schedules.LambdaLR(optimizer, [lambda t: 0.5, lambda t: 0.25])
assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.25]


def skipped_inside(factors, **settings):
    """(steps that the hook sees, the optimizer's own count) under a scaler whose gradients have these factors."""
    weight = nn.Parameter(torch.ones(1))
    optimizer, scaler = torch.optim.Adam([weight], **settings), torch.amp.GradScaler("cpu")
    rates = record(optimizer)
    for factor in factors:
        optimizer.zero_grad()
        scaler.scale((weight * factor).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
    return len(rates), int(optimizer.state[weight]["step"])


assert skipped_inside([1.0, torch.inf, 1.0]) == (2, 2) and skipped_inside([1.0, torch.inf, 1.0], fused=True) == (3, 2)


def rates_with(make, steps, **settings):
    """The rates of so many steps, over an optimizer with these settings."""
    optimizer = one_weight(**settings)
    rates, schedule = record(optimizer), make(optimizer)
    for _ in range(steps):
        optimizer.step()
        schedule.step()
    return rates


assert rates_with(halves, 5, lr=torch.tensor(1.0)) == rates_of(halves, 5)
for steps in range(1, 20):
    lowest, *_, highest = sorted([1, *(up_and_down(t, steps, lr=1) for t in range(steps))])
    assert 0 < lowest <= highest == 1
untouched = one_weight()
schedules.ReduceLROnPlateau(untouched)
assert "initial_lr" not in untouched.param_groups[0]
one_line = rates_of(lambda optimizer: schedules.OneCycleLR(
    optimizer, max_lr=1.0, total_steps=8, anneal_strategy="linear"), 9)
assert one_line[8] < -0.1 and abs(one_line[7]) < 1e-5


def warned(act):
    """How many warnings of the order of the two steps there are."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        act()
    return sum("before `optimizer.step()`" in str(warning.message) for warning in seen)


def late_and_first(loaded):
    """A schedule that steps before its optimizer, new or with the state of one that has stepped."""
    optimizer = one_weight()
    schedule = shrinks(optimizer)
    if loaded:
        schedule.load_state_dict({**schedule.state_dict(), "_step_count": 3, "last_epoch": 2})
    schedule.step()
    optimizer.step()


assert warned(lambda: late_and_first(loaded=False)) == 1 and not warned(lambda: late_and_first(loaded=True))


def begun(make, lr):
    """The rates of a schedule over an optimizer that was made with this one."""
    optimizer = one_weight(lr=lr)
    rates, schedule = record(optimizer), make(optimizer)
    for _ in range(7):
        optimizer.step()
        schedule.step()
    return rates


for make_one in falls, linear:
    assert all(math.isclose(a, 10 * b) for a, b in zip(begun(make_one, 1.0), begun(make_one, 0.1), strict=True))
changed = one_weight()
changed.param_groups[0]["lr"] = 0.2
assert schedules.LambdaLR(changed, lambda t: 1).get_last_lr() == [0.2]
assert math.isclose(set_by_hand(linear)[5], 0.01 / calls["linear"][3])
assert begun(one_cycle, 1.0) == begun(one_cycle, 0.1) and max(begun(one_cycle, 0.1)) > 0.9


def asked(make):
    """(the rate in use, what get_last_lr says, what get_lr says) after two steps."""
    optimizer = one_weight()
    schedule = make(optimizer)
    for _ in range(2):
        optimizer.step()
        schedule.step()
    return optimizer.param_groups[0]["lr"], schedule.get_last_lr()[0], schedule.get_lr()[0]


used, last, own = asked(shrinks)
assert used == last and math.isclose(own, 0.9 * used)
assert len(set(asked(falls))) == 1


def sequential(optimizer):
    parts = [schedules.LinearLR(optimizer, 0.1, total_iters=10), schedules.CosineAnnealingLR(optimizer, T_max=90)]
    return schedules.SequentialLR(optimizer, parts, milestones=[10])


def of_program(**settings):
    """What a program does: its steps at a rate of 0, its last rate over the highest that was meant, the sum over it."""
    train, optimizer, _ = program(**settings)
    rates = record(optimizer)
    train()
    meant = [up_and_down(t, len(rates)) for t in range(len(rates))]
    return {"zeros": rates.count(0), "last": rates[-1] / max(meant), "sum": sum(rates) / sum(meant)}


def resumed_rate(resume, first=15):
    """The rates of the two steps after a resume over the right ones."""
    optimizer, schedule = make()
    for _ in range(first):
        optimizer.step()
        schedule.step()
    optimizer, schedule = resume(*copy.deepcopy((optimizer, schedule)))
    rates = record(optimizer)
    for _ in range(2):
        optimizer.step()
        schedule.step()
    return [rate / up_and_down(first + k, 40) for k, rate in enumerate(rates)]


def forgotten(schedule_of, first=15, more=40, late=False):
    """The rate, over that which was given, at the end of a training that went on without its schedule's state."""
    old, new = one_weight(lr=1.0), one_weight(lr=1.0)
    begun, again = schedule_of(old), schedule_of(new)
    for k in range(first + more):
        if k == first:
            new.load_state_dict(old.state_dict())
            again = schedule_of(new) if late else again
        for each in (old, begun) if k < first else (new, again):
            each.step()
    return new.param_groups[0]["lr"]


def warm_line(optimizer):
    return schedules.LinearLR(optimizer, 0.1, total_iters=40)


def to_its_end(least, steps=17):
    """The rates of a cosine that has gone its 8 steps and is given 16 then."""
    optimizer = one_weight()
    schedule = schedules.CosineAnnealingLR(optimizer, 8, eta_min=least)
    rates = record(optimizer)
    for k in range(steps):
        schedule.T_max = 8 if k < 8 else 16
        optimizer.step()
        schedule.step()
    return rates[8:]


for least in (0, 0.1):
    assert all(abs(rate - least) < 1e-9 for rate in to_its_end(least))


def with_a_floor(optimizer):
    parts = [linear(optimizer), schedules.CosineAnnealingLR(optimizer, 8, eta_min=0.1)]
    return schedules.ChainedScheduler(parts)


floor = [0.1 + 0.9 * rate for rate in calls["cosine"]]
assert rates_of(with_a_floor, 4)[3] > 1.02 * calls["linear"][3] * floor[3]


def set_beside(last_epoch):
    """(the attribute, the rate) of a schedule with a new optimizer, whose `initial_lr` is written by hand."""
    optimizer = one_weight(lr=0.5)
    for group in optimizer.param_groups:
        group.setdefault("initial_lr", group["lr"])
    schedule = schedules.LambdaLR(optimizer, lambda t: t / 30, last_epoch=last_epoch)
    return schedule.last_epoch, optimizer.param_groups[0]["lr"]


assert set_beside(14) == (15, 0.25)
counting = schedules.LambdaLR(one_weight(), lambda t: 1)
calls_of = [(counting.last_epoch, counting.optimizer.step(), counting.step())[0] for _ in range(16)]
assert calls_of == list(range(16))


def touched(make):
    """The settings of a group that a step of a schedule changes, and whether the state stays."""
    optimizer = one_weight()
    optimizer.step()
    schedule = make(optimizer)
    before = copy.deepcopy(optimizer.state_dict())
    schedule.step()
    after = optimizer.state_dict()
    changed = {key for key, value in after["param_groups"][0].items() if value != before["param_groups"][0][key]}
    return changed, before["state"] == after["state"]


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    assert touched(lambda held: schedules.LambdaLR(held, lambda t: 0.9**t)) == ({"lr"}, True)
    assert touched(lambda held: schedules.OneCycleLR(held, 1.0, 20)) == ({"lr", "betas"}, True)

    assert touched(lambda held: schedules.CyclicLR(held, 0.1, 1.0)) == ({"lr", "betas"}, True)

changed = one_weight()
halves(changed)
changed.param_groups[0]["lr"] = 0.2
assert schedules.LambdaLR(changed, lambda t: 1).get_last_lr() == [1]  # the rate when the first schedule was made
for mode in "min", "max":
    assert on_plateau([-1.0] * 9, patience=2, mode=mode) == [1] * 9
    assert on_plateau([-1.0] * 9, patience=2, mode=mode, threshold_mode="abs")[-1] == 0.25
assert on_plateau([1 - 1e-5 * k for k in range(4)], patience=2)[-1] == 0.5
assert on_plateau([1 - 1e-3 * k for k in range(9)], patience=2)[-1] == 1
assert to_its_end(0, steps=20)[-1] > 0.01


def lengthened_at_zero(kind):
    """The rate of a schedule that has arrived at 0 and is given as long again, and two rates of one made anew."""
    held = one_weight()
    schedule = kind(held)
    for k in range(16):
        schedule.total_iters = 8 if k < 8 else 16
        held.step()
        schedule.step()
    again = one_weight()
    again.load_state_dict(held.state_dict())
    again.param_groups[0] |= {"lr": 0.5, "initial_lr": 0.5}
    schedule, anew = kind(again), record(again)
    again.step()
    schedule.step()
    again.step()
    return held.param_groups[0]["lr"], anew


for kind in (lambda held: schedules.LinearLR(held, 1.0, 0.0, 8),
             lambda held: schedules.PolynomialLR(held, total_iters=8)):
    at_zero, anew = lengthened_at_zero(kind)
    assert at_zero == 0 and anew[0] == 0.5 and 0.4 < anew[1] < 0.5


def cycle_lengthened(steps=16):
    """The rates of a OneCycleLR of 8 steps that is told after 4 that it has 16."""
    optimizer = one_weight()
    schedule, rates = schedules.OneCycleLR(optimizer, 1.0, 8), record(optimizer)
    for k in range(steps - 1):
        schedule.total_steps = 8 if k < 4 else steps
        optimizer.step()
        schedule.step()
    optimizer.step()
    return rates


cycled = cycle_lengthened()
assert cycled[:8] == calls["one_cycle"][:8] and cycled[8] > cycled[7] and max(cycled[8:]) > 0.9


TOLD = {
    "calls": calls,
    "beyond": beyond[16],
    "by_hand": max(by_hand),
    "set": {"falls": set_by_hand(falls), "shrinks": set_by_hand(shrinks)},
    "said": said,
    "units": {name: of_program(**mistake) for name, mistake in (wrong | {"right": {"total": 40}}).items()},
    "resumed": {name: resumed_rate(way) for name, way in (
        ("right", resume), ("schedule new", schedule_new), ("last_epoch 14", by_last_epoch(14)),
        ("last_epoch 15", by_last_epoch(15)), ("longer", longer))},
    "forgotten": {"linear": forgotten(warm_line), "late": forgotten(warm_line, late=True),
                  "exponential": forgotten(lambda optimizer: schedules.ExponentialLR(optimizer, 0.9)) / 0.9**55},
    "betas": {str(steps): {"least": min(path), "at": path.index(min(path)) + 1, "most": max(path)}
              for steps, path in moving.items()},
    "drawn": {"CosineAnnealingLR": drawn(lambda optimizer: cosine(optimizer, T_max=100)),
              "too short": drawn(lambda optimizer: cosine(optimizer, T_max=60)),
              "SequentialLR": drawn(sequential), "OneCycleLR": drawn(cycle(100), steps=100)},
}
