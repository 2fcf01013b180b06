"""The page practice/formats in PyTorch: the three lines, what is lost without them, and a test for each loss."""

# --8<-- [start:problem]
import copy

import torch
from torch import nn

torch.set_num_threads(1)
inputs = torch.randn(512, 8, generator=torch.Generator().manual_seed(0))


def build(seed=0, dtype=torch.float32):
    torch.manual_seed(seed)
    layers = nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1)
    return nn.Sequential(*layers).to(dtype)


with torch.no_grad():
    targets = 8 * build(seed=100)(inputs)


def loss_of(model, rows):
    x = inputs[rows].to(model[0].weight.dtype)
    return nn.functional.mse_loss(model(x).float(), targets[rows])


def rows_at(t, size=64):
    rng = torch.Generator().manual_seed(t)
    return torch.randint(0, 512, (size,), generator=rng)


assert loss_of(build(), slice(None)) > 0.5
# --8<-- [end:problem]


# --8<-- [start:three]
def mixed(seed=0, lr=0.001, width=torch.bfloat16):
    model = build(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def step(rows):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=width):
            loss = loss_of(model, rows)
        loss.backward()
        optimizer.step()

    return model, optimizer, step


model, optimizer, step = mixed()
step(rows_at(0))
with torch.autocast("cpu", dtype=torch.bfloat16):
    assert model(inputs).dtype == torch.bfloat16
assert model[0].weight.dtype == torch.float32
# --8<-- [end:three]


# --8<-- [start:masters]
def copied(seed=0, lr=0.001, dtype=torch.bfloat16):
    model = build(seed, dtype)
    copies = [p.detach().float() for p in model.parameters()]
    optimizer = torch.optim.Adam(copies, lr=lr)

    def step(rows):
        model.zero_grad()
        loss_of(model, rows).backward()
        for p, wide in zip(model.parameters(), copies):
            wide.grad = p.grad.float()
        optimizer.step()
        for p, wide in zip(model.parameters(), copies):
            p.data.copy_(wide)

    return model, optimizer, step


model, optimizer, step = copied()
step(rows_at(0))
assert model[0].weight.dtype == torch.bfloat16
# --8<-- [end:masters]


# --8<-- [start:narrow]
def narrow(seed=0, lr=0.001, dtype=torch.bfloat16):
    model = build(seed, dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def step(rows):
        optimizer.zero_grad()
        loss_of(model, rows).backward()
        optimizer.step()

    return model, optimizer, step


model, optimizer, step = narrow()
step(rows_at(0))
state = optimizer.state[model[0].weight]
assert state["exp_avg_sq"].dtype == torch.bfloat16
assert state["step"].dtype == torch.float32
# --8<-- [end:narrow]


# --8<-- [start:levels]
def like_o2(seed=0, lr=0.001):
    model = build(seed, torch.float16)
    copies = [p.detach().float() for p in model.parameters()]
    optimizer = torch.optim.Adam(copies, lr=lr)
    scaler = torch.amp.GradScaler("cpu")

    def step(rows):
        model.zero_grad()
        scaler.scale(loss_of(model, rows)).backward()
        for p, wide in zip(model.parameters(), copies):
            wide.grad = p.grad.float()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(copies, max_norm=1.0)
        scaler.step(optimizer)
        scaler.update()
        for p, wide in zip(model.parameters(), copies):
            p.data.copy_(wide)

    return model, optimizer, step


model, optimizer, step = like_o2()
start = loss_of(model, slice(None)).item()
for t in range(200):
    step(rows_at(t))
assert model[0].weight.dtype == torch.float16
assert loss_of(model, slice(None)) < 0.9 * start
# --8<-- [end:levels]


# --8<-- [start:check_updates]
def held(optimizer):
    return [p for group in optimizer.param_groups for p in group["params"]]


def stepped(optimizer, dtype=None):
    twin = copy.deepcopy(optimizer)
    for p, q in zip(held(optimizer), held(twin)):
        q.data = q.data.to(dtype or q.dtype)
        q.grad = p.grad.to(q.dtype)
        for name, value in twin.state[q].items():
            if value.shape == q.shape and name != "step":
                twin.state[q][name] = value.to(q.dtype)
    twin.step()
    return held(twin)


def check_updates(optimizer, most=0.01):
    lost = wanted = 0
    wide = stepped(optimizer, torch.float64)
    for p, new, exact in zip(held(optimizer), stepped(optimizer), wide):
        assert new.isfinite().all(), "a weight is not finite"
        wanted += (exact != p).sum().item()
        lost += ((exact != p) & (new == p)).sum().item()
    assert wanted, "no gradient"
    assert lost <= most * wanted, f"{lost} of {wanted} updates are lost"


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


def trained(program, steps=20, **settings):
    model, optimizer, step = program(**settings)
    for t in range(steps):
        step(rows_at(t))
    return optimizer


assert not fails(check_updates, trained(mixed))
assert not fails(check_updates, trained(copied))
assert not fails(check_updates, trained(like_o2))
for dtype in torch.bfloat16, torch.float16:
    assert fails(check_updates, trained(narrow, dtype=dtype))
# --8<-- [end:check_updates]


# --8<-- [start:check_states]
def check_states(optimizer):
    assert optimizer.state, "take a step first"
    for state in optimizer.state.values():
        for name, value in state.items():
            if torch.is_tensor(value) and value.is_floating_point():
                assert value.dtype.itemsize >= 4, f"{name}: {value.dtype}"


assert not fails(check_states, trained(mixed))
assert not fails(check_states, trained(copied))
for dtype in torch.bfloat16, torch.float16:
    assert fails(check_states, trained(narrow, dtype=dtype))
# --8<-- [end:check_states]


# --8<-- [start:check_range]
def first_step(make, dtype, lr=0.001):
    weight = nn.Parameter(torch.zeros(5, dtype=dtype))
    weight.grad = torch.tensor([0, 1e-4, 1e-3, 1, 300], dtype=dtype)
    make([weight], lr=lr).step()
    return 0 - weight.detach().double() / lr


def check_range(make, dtype):
    wanted = torch.tensor([0.0, 1, 1, 1, 1], dtype=torch.float64)
    steps = first_step(make, dtype)
    assert torch.allclose(steps, wanted, atol=0.02), steps.tolist()


def with_eps(eps):
    return lambda weights, lr: torch.optim.Adam(weights, lr=lr, eps=eps)


assert not fails(check_range, torch.optim.Adam, torch.float32)
assert not fails(check_range, torch.optim.Adam, torch.bfloat16)
for eps in (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2):
    assert fails(check_range, with_eps(eps), torch.float16)
# --8<-- [end:check_range]


# --8<-- [start:check_counter]
def check_counter(optimizer, at=4096):
    optimizer = copy.deepcopy(optimizer)
    for p in held(optimizer):
        optimizer.state[p]["step"].fill_(at)
        p.grad = torch.zeros_like(p)
    optimizer.step()
    for state in optimizer.state.values():
        assert state["step"].item() == at + 1, state["step"].dtype


def cast(optimizer, dtype):
    for state in optimizer.state.values():
        state.update({name: v.to(dtype) for name, v in state.items()})
    return optimizer


for dtype in torch.bfloat16, torch.float16:
    assert not fails(check_counter, trained(narrow, dtype=dtype))
    assert fails(check_counter, cast(trained(narrow, dtype=dtype), dtype))
counted = cast(trained(narrow), torch.bfloat16)
for _ in range(500):
    for p in held(counted):
        p.grad = torch.zeros_like(p)
    counted.step()
assert {s["step"].item() for s in counted.state.values()} == {256}
# --8<-- [end:check_counter]


# --8<-- [start:scaling]
def zeros(factor, scale):
    model = build()
    with torch.autocast("cpu", dtype=torch.float16):
        loss = loss_of(model, slice(None))
    (factor * scale * loss).backward()
    return (model[0].weight.grad == 0).float().mean().item()


factors = 1.0, 1e-3, 1e-5, 1e-7
vanish = {f: {scale: zeros(f, scale) for scale in (1.0, 2.0**16)}
          for f in factors}
assert vanish[1.0] == {1.0: 0, 2.0**16: 0}
assert vanish[1e-5][1.0] > 0.3 and vanish[1e-5][2.0**16] == 0
# --8<-- [end:scaling]


# --8<-- [start:scaler]
def scaled(seed=0, lr=0.001, interval=100):
    model = build(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    scaler = torch.amp.GradScaler("cpu", growth_interval=interval)

    def step(rows):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.float16):
            loss = loss_of(model, rows)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        return scaler.get_scale()

    return model, optimizer, step


model, optimizer, step = scaled()
scales = [2.0**16] + [step(rows_at(t)) for t in range(2000)]
steps = optimizer.state[model[0].weight]["step"].item()
skipped = sum(new < old for old, new in zip(scales, scales[1:]))
assert 0 < skipped < 40 and steps == 2000 - skipped

scaler = torch.amp.GradScaler("cpu")
assert scaler.get_growth_interval() == 2000
halves = build(dtype=torch.float16)
scaler.scale(loss_of(halves, slice(None))).backward()
try:
    scaler.unscale_(torch.optim.Adam(halves.parameters()))
except ValueError as error:
    refused = str(error)
assert refused == "Attempting to unscale FP16 gradients."
# --8<-- [end:scaler]


# --8<-- [start:sums]
def summed(dtype, count, seed=0):
    rng = torch.Generator().manual_seed(seed)
    gradients = 1 + torch.randn(count, 100, generator=rng)
    weight = nn.Parameter(torch.zeros(100, dtype=dtype))
    for g in gradients:
        (weight * g.to(dtype)).sum().backward()
    return (weight.grad.double() / gradients.double().sum(0)).mean().item()


sums = {n: summed(torch.bfloat16, n) for n in (64, 256, 1024)}
assert abs(sums[64] - 1) < 0.01 and sums[1024] < 0.9
assert abs(summed(torch.float32, 1024) - 1) < 1e-5
# --8<-- [end:sums]


def large(width, narrow=True, steps=5):
    """(last loss, scale, steps taken) where activations are 90,000 and the loss is of their difference."""
    layer = nn.Linear(1, 2, bias=False)
    layer.weight.data.fill_(300)
    optimizer, scaler = torch.optim.Adam(layer.parameters()), torch.amp.GradScaler("cpu")
    for _ in range(steps):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=width), torch.autocast("cpu", dtype=width, enabled=narrow):
            y = layer(torch.full((1, 1), 300.0))
            loss = (y[:, 0] - y[:, 1]).mean()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
    return loss.item(), scaler.get_scale(), len(optimizer.state)


lost, fallen, taken = large(torch.float16)
assert lost != lost and taken == 0 and fallen == 2.0 ** (16 - 5)
for repair in (torch.float16, False), (torch.bfloat16,):
    loss, scale, held_states = large(*repair)
    assert abs(loss) < 1e6 and scale == 2.0**16 and held_states == 1


def backward_of(width):
    """The type of the gradient on its way back, that of the weight's gradient, and whether it fits into the first."""
    model, seen = build(), []
    with torch.autocast("cpu", dtype=width):
        output = model(inputs)
        output.register_hook(lambda g: seen.append(g.dtype))
        loss = nn.functional.mse_loss(output.float(), targets)
    loss.backward()
    g = model[2].weight.grad
    return *seen, g.dtype, torch.equal(g, g.to(width).float())


for width in torch.bfloat16, torch.float16:
    assert backward_of(width) == (width, torch.float32, True)


def eps_that_pass(**settings):
    """The powers of ten that pass the test of the range in float16."""
    def make(eps):
        return lambda weights, lr: torch.optim.Adam(weights, lr=lr, eps=eps, **settings)
    powers = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
    return [eps for eps in powers if not fails(check_range, make(eps), torch.float16)]


assert eps_that_pass(foreach=True) == [] and eps_that_pass(fused=True) == [1e-8, 1e-7, 1e-6]


def counted_in(dtype):
    """The type of t where this is the default one."""
    torch.set_default_dtype(dtype)
    optimizer = trained(narrow, steps=1)
    torch.set_default_dtype(torch.float32)
    return {state["step"].dtype for state in optimizer.state.values()}


def scaled_halves(**settings):
    """A float16 weight of 1 after a step of Adam under a scaler, without a word of unscale_."""
    weight, scaler = nn.Parameter(torch.ones(1, dtype=torch.float16)), torch.amp.GradScaler("cpu", init_scale=1024.0)
    optimizer = torch.optim.Adam([weight], lr=0.1, **settings)
    scaler.scale(weight.float().sum()).backward()
    scaler.step(optimizer)
    return weight.item()


assert counted_in(torch.float32) == {torch.float32} and counted_in(torch.float64) == {torch.float64}
assert abs(scaled_halves(fused=True) - 0.9) < 1e-3
try:
    scaled_halves()
except ValueError as error:
    assert "FP16" in str(error)
else:
    raise AssertionError("a float16 weight was unscaled")


def where_v_stops(beta2, **settings):
    """v over its right value after long under a constant gradient: the least from 0, the most from 4 times."""
    g = (1 + torch.arange(128) / 128).sqrt().bfloat16()
    right, ends = g.double() ** 2, []
    for start in 0, 4:
        weight = nn.Parameter(torch.zeros(128, dtype=torch.bfloat16))
        optimizer = torch.optim.Adam([weight], betas=(0.9, beta2), **settings)
        weight.grad = g
        optimizer.step()
        v = optimizer.state[weight]["exp_avg_sq"].copy_(start * right)
        for _ in range(int(30 / (1 - beta2))):
            optimizer.step()
        ends.append(v.double() / right)
    return [ends[0].min().item(), ends[1].max().item()]


def survives(beta2, **settings):
    least, most = where_v_stops(beta2, **settings)
    return 0.9 < least and most < 1.1


KINDS = {"one": {"foreach": False}, "many": {"foreach": True}, "fused": {"fused": True}}
assert survives(0.95, fused=True)
within = {name: [beta / 100 for beta in range(80, 96) if survives(beta / 100, **more)] for name, more in KINDS.items()}
most = {name: next(beta / 100 for beta in range(80, 97) if (beta + 1) / 100 not in own) for name, own in within.items()}
assert most["fused"] == 0.95 > max(most["one"], most["many"])


def lost_share(lr, steps=300):
    """The share of updates that are lost in a bfloat16 model, over its training."""
    model, optimizer, step = narrow(lr=lr)
    shares = []
    for t in range(steps):
        optimizer.zero_grad()
        loss_of(model, rows_at(t)).backward()
        wide, new = stepped(optimizer, torch.float64), stepped(optimizer)
        moves = [(old != exact, old == after) for old, after, exact in zip(held(optimizer), new, wide)]
        shares.append(sum((a & b).sum().item() for a, b in moves) / sum(a.sum().item() for a, _ in moves))
        step(rows_at(t))
    return sum(shares) / steps


assert lost_share(0.01) < lost_share(0.001) > 0.5


def whole(seed=0, lr=0.001):
    return narrow(seed, lr, torch.float32)


def ends(program, lr, steps=1500, seeds=5):
    """The losses of some seeds after so many steps."""
    models = []
    for seed in range(seeds):
        model, _, step = program(seed=seed, lr=lr)
        for t in range(steps):
            step(rows_at(t))
        models.append(model)
    return sorted(loss_of(model, slice(None)).item() for model in models)


def said(dtype):
    return [f"{x:.3g}" for x in first_step(torch.optim.Adam, dtype).tolist()]


def walked(dtype, steps=500):
    weight = nn.Parameter(torch.ones(1, dtype=dtype))
    optimizer = torch.optim.Adam([weight], lr=0.001)
    for _ in range(steps):
        weight.grad = torch.ones_like(weight)
        optimizer.step()
    return weight.item()


FORMATS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
PROGRAMS = {"whole": whole, "mixed": mixed, "copied": copied, "narrow": narrow}
TOLD = {
    "ends": {name: {str(lr): ends(program, lr) for lr in (0.01, 0.001)} for name, program in PROGRAMS.items()},
    "first": {name: said(dtype) for name, dtype in FORMATS.items()},
    "walked": {name: walked(dtype) for name, dtype in FORMATS.items()},
    "zeros": {str(f): own for f, own in vanish.items()},
    "skipped": skipped,
    "scales": [int(min(scales)), int(max(scales))],
    "sums": sums,
    "v": {name: where_v_stops(0.95, **more) for name, more in KINDS.items()},
    "survives": most,
}
