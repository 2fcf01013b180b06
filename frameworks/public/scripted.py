"""Update rules of public programs in JavaScript, PHP, Lua, MATLAB, Julia and R, as those in `python.py`."""

import numpy as np

from frameworks.public.python import averages

# JavaScript and TypeScript


def stored(x):
    """What a Float32Array keeps of numbers that were computed in float64."""
    return x.astype(np.float32).astype(float)


def oblix_adam(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    lr_t = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    step = lr_t * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return stored(theta - step), stored(m), stored(v), t


def ajith_momentum(theta, g, velocity=0, *, lr, beta):
    velocity = beta * velocity - lr * g
    return theta + velocity, velocity


def neurojs_adam(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    t, (m, v) = 1, averages(m, v, g, beta1, beta2)  # the power is the number of gradients that were added up
    return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def neurojs_adadelta(theta, g, v=0, u=0, *, lr, beta2, eps):
    v = beta2 * v + (1 - beta2) * g * g
    step = np.sqrt((u + eps) / (v + eps)) * g
    return theta - lr * step, v, beta2 * u + (1 - beta2) * step * step


def tsgrad_adam(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    return theta - lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + eps), m, v, t


def shptl_nesterov(theta, g, velocity=0, *, lr, beta):
    velocity = beta * velocity + lr * g
    return theta - (beta * velocity + lr * g), velocity


def shptl_amsgrad(theta, g, m=0, v=0, v_max=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    v_max = np.maximum(v_max, v)
    return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v_max) + eps), m, v, v_max, t


def shptl_nadam(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * (beta1 * m_hat + (1 - beta1) * g / (1 - beta1**t)) / (np.sqrt(v_hat) + eps), m, v, t


# PHP and Lua


def golivehost(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    lr_t = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - lr_t * m / (np.sqrt(v) + eps), m, v, t


def numpower(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t


def d1mas(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t


def renmengye(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps, decay):
    t, (m, v) = t + 1, averages(m, v, g + decay * theta, beta1, beta2)
    size = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta + -size * m / (np.sqrt(v) + eps), m, v, t


def torch_optim(theta, g, m=0, v=0, t=1, *, lr, beta1, beta2, eps):
    share = 1 - (1 - beta1) * 1e-7 ** (t - 1)
    m, v = g * share + m * (1 - share), g**2 * beta2 + v * (1 - beta2)
    size = lr * np.sqrt(1 - (1 - beta2) ** 2) / (1 - (1 - beta1) ** 2)
    return theta - m / (v**2 + eps) * size, m, v, t + 1


# MATLAB and Octave


def hw5(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    return theta - lr * (m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + 10e-8)), m, v, t


def running_adam(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    return theta - lr * m / (np.sqrt(v) + eps), m, v


def running_rmsprop(theta, g, v=None, *, lr, beta2, eps):
    v = beta2 * (eps if v is None else v) + (1 - beta2) * g * g
    return theta - lr / (np.sqrt(v) + eps) * g, v


def twhughes(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    return theta + lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t


def kevin(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    lr_t = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - lr_t * m / np.sqrt(v + eps), m, v, t


def jassonrm(theta, g, m=None, v=None, *, lr, beta1, beta2, eps):
    m, v = averages(g if m is None else m, g**2 if v is None else v, g, beta1, beta2)
    return theta - lr * (m / np.sqrt(v + eps)), m, v


def toanly(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def mya(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    return theta - m / (1 - beta1) * lr / (np.sqrt(v / (1 - beta2)) + eps), m, v


def linhongbin(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    return theta - lr * (m / (1 - beta1) / (np.sqrt(v / (1 - beta2)) + eps)), m, v


def chanocy(theta, g, m=0, v=0, t=1, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    return theta + lr * (m / (1 - beta1**t)) / (v / (1 - beta2**t) + eps) ** 0.5, m, v, t


# Julia and R


def compneuro(theta, g, *, lr, beta1, beta2, eps):
    m, v = (1 - beta1) * g, (1 - beta2) * (g * g)  # += makes a new array, and the old one stays in the table
    return (theta - lr * m / (np.sqrt(v) + eps),)


def adopt_jl(theta, g, m=0, v=0, power1=1, power2=1, *, lr, beta1, beta2, eps):
    (m, v), power1, power2 = averages(m, v, g, beta1, beta2), power1 * beta1, power2 * beta2
    return theta - lr * (m / (1 - power1) / (np.sqrt(v / (1 - power2)) + eps)), m, v, power1, power2


def merlin(theta, g, m=0, v=0, t=1, *, lr, beta1, beta2, eps):
    m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v)
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(v) + eps), m, v, t + 1


def adaglm(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * (m_hat / (np.sqrt(v_hat) + eps)), m, v, t
