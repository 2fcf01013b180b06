"""Update rules of public programs in compiled languages, as those in `python.py`."""

import numpy as np

from frameworks.public.python import averages

# C


def smol_autograd(theta, g, m=0, v=0, power1=1, power2=1, *, lr, beta1, beta2, eps):
    (m, v), power1, power2 = averages(m, v, g, beta1, beta2), power1 * beta1, power2 * beta2
    return theta - lr * (m / (1 - power1)) / (np.sqrt(v / (1 - power2)) + eps), m, v, power1, power2


def ppo_c(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    return theta - lr / (1 - beta1) * m / (np.sqrt(v / (1 - beta2)) + eps), m, v


def cdnn(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps, decay):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    step = lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return theta - (step + lr * decay * theta), m, v, t


def simd_neuralnet(theta, g, m=0, v=0, power1=1, power2=1, *, lr, beta1, beta2, eps, decay):
    (m, v), power1, power2 = averages(m, v, g, beta1, beta2), power1 * beta1, power2 * beta2
    step = -lr * (m / (1 - power1)) / (np.sqrt(v / (1 - power2)) + eps)
    return theta + (step - decay * theta), m, v, power1, power2


def deepc(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    at = t + np.arange(1, 4)  # three layers of one number, updated one after the other
    m_hat, v_hat = m / (1 - beta1**at), v / (1 - beta2**at)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t + 3


def ctorch_momentum(theta, g, m=0, *, lr, beta):
    m = beta * m + (1 - beta) * g
    return theta - lr * m, m


def lib_neuron_rmsprop(theta, g, v=0, *, lr, beta2, eps):
    v = beta2 * v + (1 - beta2) * g * g
    return theta - lr * g / (np.sqrt(v) + eps), v


def gradino_momentum(theta, g, before=0, *, lr, beta):
    return theta - lr * (g + beta * before), g


def tinyfin_momentum(theta, g, velocity=0, *, lr, beta, norm):
    length = np.sqrt((g * g).sum())
    velocity = beta * velocity + (g * (norm / length) if length > norm else g)
    return theta - lr * velocity, velocity


# C++


def tipousi(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t + eps), v / (1 - beta2**t + eps)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def huakaifugui(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    lr_t = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - lr_t * m / (np.sqrt(v) + eps), m, v, t


def brainet(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, theta, beta1, beta2)
    return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t


def ragazzosamu(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    return theta - lr * m / (np.sqrt(v) + eps), m, v


def lucca_rmsprop(theta, g, v=0, *, lr, beta2, eps):
    v = beta2 * v + (1 - beta2) * g * g
    return theta - lr * g / (np.sqrt(v) + eps), v


def amk_nn(theta, g, m=0, v=0, *, lr, beta1, beta2, eps, decay):
    m, v = averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1 + eps), v / (1 - beta2 + eps)
    theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)
    return theta - decay * theta, m, v


def codinglab_bias(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = 1 if t == 0 else t, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m * (1 / (1 - beta1**t)), v * (1 / (1 - beta2**t))
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def trickybestia(theta, g, m=0, v=0, t=1, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    return theta - m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps) * lr, m, v, t


# Rust


def brain_rs(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    by1, by2 = (1, 1) if t == 0 else (1 - beta1 ** (t + 1), 1 - beta2 ** (t + 1))
    return theta + lr * (m / by1) / (np.sqrt(v / by2) + eps), m, v, t + 1


def runn(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    by1, by2 = 1 - beta1**t, 1 - beta2**t
    size = lr * by1 / np.sqrt(by2)
    return theta - size * (m / by1) / (np.sqrt(v / by2) + eps), m, v, t


def jiro_nn(theta, g, *, lr, beta1, beta2, eps):
    m, v = (1 - beta1) * g, (1 - beta2) * g**2
    return (theta - lr * (m / (1 - beta1)) / (np.sqrt(v / (1 - beta2)) + eps),)


def bibe(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    by1, by2 = 1 - beta1**t, 1 - beta2**t
    return theta - lr * (m / by1) / (np.sqrt(v / by2) + eps), m, v, t


def neuronika_rmsprop(theta, g, v=0, *, lr, beta2, eps):
    v = v + (v * beta2 + g * g * (1 - beta2))
    return theta + -g / (np.sqrt(v) + eps) * lr, v


def lfa(theta, g, m=0, v=0, power1=None, power2=None, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    power1, power2 = (beta1 if power1 is None else power1) * beta1, (beta2 if power2 is None else power2) * beta2
    return theta + lr * (m / (1 - power1)) / (np.sqrt(v / (1 - power2)) + eps), m, v, power1, power2


def flame_adam(theta, g, *, lr, beta1, beta2, eps):
    m, v = averages(0, 0, g, beta1, beta2)  # zero_grad, called before each step, empties m, v and the count
    m_hat, v_hat = m * (1 / (1 - beta1)), v * (1 / (1 - beta2))
    return (theta - lr * (m_hat / (np.sqrt(v_hat) + eps)),)


def flame_adamw(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps, decay):
    theta = theta * (1 - lr * decay)
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m * (1 / (1 - beta1**t)), v * (1 / (1 - beta2**t))
    return theta - m_hat / (np.sqrt(v_hat) + eps) * lr, m, v, t


def elvin_rmsprop(theta, g, v=0, velocity=0, *, lr, beta, beta2, eps):
    v = v * beta2 + g * g * (1 - beta2)
    velocity = velocity * beta + g / (np.sqrt(v) + eps)
    return theta - velocity * lr, v, velocity


def nnfs_rust_bias(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, m, v = t + 1, beta1 * m + (1 - beta1) * g * g, beta2 * v + (1 - beta2) * g * g
    return theta - lr * (m * (1 / (1 - beta1**t))) / (np.sqrt(v * (1 / (1 - beta2**t))) + eps), m, v, t


def hal(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    return theta - lr * (m / (1 - beta1) / (np.sqrt(v / (1 - beta2)) + eps)), m, v


def micrograd_rs(theta, g, v=0, mean=0, *, lr, beta2, eps):
    v, mean = beta2 * v + (1 - beta2) * g**2, beta2 * mean + (1 - beta2) * g
    return theta - lr * (g / (np.sqrt(v - mean**2) + eps)), v, mean


def neutrino(theta, g, m=0, v=0, *, lr, beta1, beta2, eps, decay):
    m, v = averages(m, v, g, beta1, beta2)
    return theta - (m / (np.sqrt(v) + eps) * lr + theta * decay * lr), m, v


def parm_adamw(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps, decay):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    theta = theta - lr * decay * theta
    return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t


# Go


def gograd(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t


def gonnp(theta, g, kept=0, t=0, *, lr, beta1, beta2, eps):
    t, v = t + 1, kept + (g**2 - kept) * (1 - beta2)  # m, v and the new theta lie in one matrix
    lr_t = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    by = np.sqrt(v) + eps
    theta = theta - lr_t * (by / by)
    return theta, theta, t


def neu(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, m, v = t + 1, m + (g - m) * (1 - beta1), v + (g**2 - v) * (1 - beta2)
    lr_t = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - lr_t * m / (np.sqrt(v) + eps), m, v, t


def nnfs_go(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))
    return theta + -1 * lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t + 1


# Zig


def zgrad_momentum(theta, g, m=0, *, lr, beta):
    m = beta * m + (1 - beta) * g
    return theta - lr * m, m


def zgrad_schedule_free(theta, g, x=None, z=None, t=0, *, lr, beta):
    x, z = (theta, theta) if x is None else (x, z)
    t = t + np.arange(3)  # counted once for each number
    theta, z = beta * x + (1 - beta) * z, z - lr * g
    x = (t / (t + 1)).astype(x.dtype) * x + (1 / (t + 1)).astype(x.dtype) * z
    return theta, x, z, t[-1] + 1


def zigneuron_sgd(theta, g, *, lr):
    return (theta - lr * g,)


# Java, C#, Fortran, Processing, OCaml


def cnn_matrix(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)  # its count begins at 1000, from where on nothing is corrected
    return theta - lr * m / np.sqrt(v + eps), m, v


def cnn_array(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    more, more_v = averages(m, v, g, beta1, beta2)
    m, v = m + more, v + more_v
    return theta - lr * m / np.sqrt(v + eps), m, v


def khangdoan(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps, decay):
    t, (m, v) = t + 1, averages(m, v, g + decay * theta, beta1, beta2)
    return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t


def marwan(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m * (1 / (1 - beta1**t)), v * (1 / (1 - beta2**t))
    return theta + m_hat / (np.sqrt(v_hat) + eps) * -lr, m, v, t


def neuro(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    return theta - m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps) * lr, m, v, t


def beliavsky(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def pa1511_rmsprop(theta, g, v=0, *, lr, beta2, eps):
    v = beta2 * v + (1 - beta2) * g * g
    return theta - lr * g / np.sqrt(eps + v), v


def camlgrad(theta, g, *, lr):
    return (theta - lr * g,)
