"""The page practice/decay in PyTorch: which parameters decay and by how much, under a schedule and in bfloat16."""

# --8<-- [start:groups]
import copy

import torch
from torch import nn


def decays(name, parameter):
    return parameter.ndim > 1


def adamw(model, lr, decay):
    named = dict(model.named_parameters())
    yes = [p for name, p in named.items() if decays(name, p)]
    no = [p for name, p in named.items() if not decays(name, p)]
    groups = [{"params": yes, "weight_decay": decay},
              {"params": no, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=lr)


def build():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.Linear(8, 2))


model = build()
optimizer = adamw(model, lr=0.1, decay=0.05)
sizes = [len(group["params"]) for group in optimizer.param_groups]
assert sizes == [2, 4]
# --8<-- [end:groups]


# --8<-- [start:why]
torch.manual_seed(0)
x, net = torch.randn(64, 4), build()


def changed(part, only=""):
    other = copy.deepcopy(net)
    for name, p in other[part].named_parameters():
        if name.startswith(only):
            p.data.mul_(0.5)
    return (other(x) - net(x)).abs().max().item()


moved = {"layer": changed(0), "matrix": changed(0, "weight"),
         "norm": changed(1), "last": changed(2)}
assert moved["layer"] < 0.001 < 0.1 < moved["matrix"]
assert min(moved["norm"], moved["last"]) > 0.1

net[0].bias.data.zero_()
assert changed(0, "weight") < 0.01
net[1].eps = 0.0
assert changed(0, "weight") < 1e-5
# --8<-- [end:why]


# --8<-- [start:check_decay]
def check_decay(model, optimizer, lr, decay, decays):
    model, optimizer = copy.deepcopy((model, optimizer))
    optimizer.state.clear()
    for p in model.double().parameters():
        p.data.fill_(1)
        p.grad = torch.zeros_like(p)
    optimizer.step()
    for name, p in model.named_parameters():
        left = 1 - lr * decay if decays(name, p) else 1.0
        assert ((p - left).abs() <= lr * decay / 100).all(), name


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


assert not fails(check_decay, model, optimizer, 0.1, 0.05, decays)
# --8<-- [end:check_decay]


# --8<-- [start:wrong]
for lr, decay in (0.1, 0.05), (2e-5, 0.02):
    wanted = lr, decay, decays
    right = adamw(model, lr, decay)
    as_l2 = torch.optim.Adam(adamw(model, lr, decay).param_groups)
    as_l2.param_groups[0]["decoupled_weight_decay"] = False
    everything = [{"params": model.parameters(), "weight_decay": decay}]
    all_decay = torch.optim.AdamW(everything, lr=lr)
    none_decays = adamw(model, lr, 0.0)
    default = adamw(model, lr, 0.01)
    assert not fails(check_decay, model, right, *wanted)
    for program in all_decay, none_decays, as_l2, default:
        assert fails(check_decay, model, program, *wanted)
# --8<-- [end:wrong]


# --8<-- [start:defaults]
def lost(optimizer, lr, **settings):
    weight = nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = optimizer([weight], lr=lr, **settings)
    weight.grad = torch.zeros_like(weight)
    optimizer.step()
    return 1 - weight.item()


own = {lr: lost(torch.optim.AdamW, lr) / lr for lr in (0.1, 0.01)}
assert all(abs(share - 0.01) < 1e-12 for share in own.values())
adam = {lr: lost(torch.optim.Adam, lr, weight_decay=0.01) / lr
        for lr in (0.1, 0.01)}
assert all(abs(share - 1) < 1e-5 for share in adam.values())
# --8<-- [end:defaults]


# --8<-- [start:schedule]
def left_of_one(make, factors, lr=0.01):
    weight = nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = make([weight], lr=lr)
    for factor in factors:
        optimizer.param_groups[0]["lr"] = lr * factor
        weight.grad = torch.zeros_like(weight)
        optimizer.step()
    return weight.item()


def decoupled(weights, lr):
    return torch.optim.AdamW(weights, lr=lr, weight_decay=0.1)


constant = left_of_one(decoupled, [1.0] * 1000)
line = left_of_one(decoupled, [1 - t / 1000 for t in range(1000)])
assert abs(constant - (1 - 0.001) ** 1000) < 1e-12
assert abs(line - constant**0.5) < 0.001
# --8<-- [end:schedule]


# --8<-- [start:own_schedule]
def scheduled(decay_at, steps=1000):
    weight = nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = torch.optim.AdamW([weight], lr=0.01)
    for t in range(steps):
        for group in optimizer.param_groups:
            group["weight_decay"] = decay_at(t)
        weight.grad = torch.zeros_like(weight)
        optimizer.step()
    return weight.item()


assert abs(scheduled(lambda t: 0.1) - constant) < 1e-12
assert abs(scheduled(lambda t: 0.1 * (1 - t / 1000)) - line) < 1e-12
# --8<-- [end:own_schedule]


# --8<-- [start:narrow]
def after(dtype, lr, steps=1000, decay=0.1):
    weight = nn.Parameter(torch.ones(1, dtype=dtype))
    optimizer = torch.optim.AdamW([weight], lr=lr, weight_decay=decay)
    for _ in range(steps):
        weight.grad = torch.zeros_like(weight)
        optimizer.step()
    return weight.item()


wide, narrow = after(torch.float32, 0.001), after(torch.bfloat16, 0.001)
assert abs(wide - (1 - 1e-4) ** 1000) < 1e-4
assert narrow == 1
# --8<-- [end:narrow]

l2_of_one = torch.optim.Adam(adamw(model, 0.1, 1.0).param_groups)
l2_of_one.param_groups[0]["decoupled_weight_decay"] = False
assert not fails(check_decay, model, l2_of_one, 0.1, 1.0, decays)
for decay, found in (0.995, False), (0.98, True):
    nearly = torch.optim.Adam(adamw(model, 0.1, decay).param_groups)
    nearly.param_groups[0]["decoupled_weight_decay"] = False
    assert fails(check_decay, model, nearly, 0.1, decay, decays) == found
assert all(decays(name, p) for name, p in nn.LayerNorm((8, 4)).named_parameters())

seen, unseen = (nn.Parameter(torch.ones(1)) for _ in range(2))
seen.grad = torch.zeros(1)
torch.optim.AdamW([seen, unseen], lr=0.1, weight_decay=0.5).step()
assert unseen.grad is None and unseen.item() == 1 > seen.item()

words = nn.Embedding(3, 2)
nn.init.ones_(words.weight)
optimizer = torch.optim.AdamW(words.parameters(), lr=0.1, weight_decay=0.5)
words(torch.tensor([0])).sum().backward()
optimizer.step()
assert words.weight.ndim == 2 and torch.allclose(words.weight[1:], torch.tensor(0.95))


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.temperature, self.gains = nn.Parameter(torch.ones(())), nn.Parameter(torch.ones(8))
        self.spread = nn.Parameter(torch.ones(8, 1))


assert [decays(*named) for named in Scaled().named_parameters()] == [False, False, True]

TOLD = {
    "moved": moved,
    "default": own[0.01],
    "l2": adam[0.01],
    "constant": constant,
    "line": line,
    "wide": wide,
    "narrow": narrow,
}
