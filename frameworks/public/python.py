"""Update rules of public programs in Python, each written again from its update lines; `public.toml` says whose.

`rule(theta, g, *state, lr=…, …)` returns the new theta and the state; a state that is not given is the first.
"""

import numpy as np


def averages(m, v, g, beta1, beta2):
    """m and v as nearly everybody has them."""
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2


def every_algorithm(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    return theta - lr * (m / (1 - beta1**t)) / (v + eps), m, v, t


def gaurav_nadam(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    ahead = beta1 * m_hat + (1 - beta1) * g / (1 - beta1**t)
    return theta - lr * ahead / (np.sqrt(v_hat) + eps), m, v, t


def shubham_nadam(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    ahead = beta1 * m_hat + (1 - beta1) * g / (1 - beta1)
    return theta - lr * ahead / (np.sqrt(v_hat) + eps), m, v, t


def shreyansh_nadam(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr / (np.sqrt(v_hat) + eps) * (beta1 * m_hat + (1 - beta1) * g / (1 - beta1**t)), m, v, t


def alexjeng_nadam(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    ahead = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * g / (1 - beta1**t)
    return theta - lr * ahead / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t


def kinoute_rmsprop(theta, g, v=0, *, lr, beta2, eps):
    v = beta2 * v + (1 - beta2) * g**2
    return theta - lr * (g / (np.sqrt(v) + eps)), v


def samir_rmsprop(theta, g, v=0, velocity=0, *, lr, beta, beta2, eps):
    v = beta2 * v + (1 - beta2) * g**2
    velocity = beta * velocity - lr * g / np.sqrt(v + eps)
    return theta + velocity, v, velocity


def samir_adadelta(theta, g, v=0, *, lr, beta2, eps):
    v = beta2 * v + (1 - beta2) * g**2
    step = -np.sqrt(v + eps) / np.sqrt(g**2 + eps) * g
    return theta - lr * step, v


def tarickali_rmsprop(theta, g, v=0, velocity=0, *, lr, beta, beta2, eps):
    v = beta2 * v + (1 - beta2) * g**2
    velocity = beta * velocity + g / (np.sqrt(v) + eps)
    return theta - lr * velocity, v, velocity


def iclv_rmsprop(theta, g, v=0, velocity=0, *, lr, beta, beta2, eps):
    v = beta2 * v + (1 - beta2) * g**2
    step = -(lr * g / np.sqrt(v + eps))
    velocity = beta * velocity + step
    return theta + (beta * velocity + step), v, velocity


def wojtek_momentum(theta, g, velocity=0, *, lr, beta):
    velocity = beta * velocity + lr * g
    return theta - velocity, velocity


def phillz_momentum(theta, g, velocity=0, *, lr, beta):
    velocity = beta * velocity + g
    return theta + -lr * velocity, velocity


def longlt_momentum(theta, g, m=0, t=0, *, lr, beta):
    t, m = t + 1, beta * m + (1 - beta) * g
    return theta - lr * (m / (1 - beta**t)), m, t


def abtinz_adam(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps, epoch):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    age = (t - 1) // epoch + 1
    return theta - lr * (m / (1 - beta1**age)) / (np.sqrt(v / (1 - beta2**age)) + eps), m, v, t


def pandunts_adam(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    t, (m, v) = np.arange(1, 4), averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta + -(lr * (m_hat / (np.sqrt(v_hat) - eps))), m, v


def vlodson_adam(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    return theta - lr / np.sqrt(v / (1 - beta2) + eps) * (m / (1 - beta1)), m, v


def apple_adam(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    return theta + -lr * m / (np.sqrt(v) + eps), m, v


def briandudeman_adam(theta, g, m=0, t=0, *, lr, beta1, beta2, eps):
    t, m = t + 1, beta1 * m + (1 - beta1) * g
    m_hat, n_hat = m / (1 - beta1**t), m / (1 - beta2**t)
    return theta - m_hat / np.sqrt(n_hat + eps) * lr, m, t


def ivanchukhran_adam(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def ajromen_adam(theta, g, m=0, v=0, t=0, *, lr, beta1, beta2, eps):
    m, v = averages(m, v, g, beta1, beta2)
    at = t + np.arange(1, 4)  # three layers of one number, updated one after the other
    return theta - lr * (m / (1 - beta1**at)) / (np.sqrt(v / (1 - beta2**at)) + eps), m, v, t + 3


def vestacke_adamax(theta, g, m=0, u=0, t=0, *, lr, beta1, beta2, eps):
    t, m, u = t + 1, beta1 * m + (1 - beta1) * g, np.maximum(beta2 * u, np.abs(g))
    return theta - lr * (m / (1 - beta1**t)) / (u + eps), m, u, t


def viratzzs_adamax(theta, g, m=0, u=0, t=0, *, lr, beta1, beta2):
    t, m, u = t + 1, beta1 * m + (1 - beta1) * g, np.maximum(beta2 * u, np.abs(g))
    return theta - (lr * m) / (u * (1 - beta1**t)), m, u, t


def kinoute_amsgrad(theta, g, m=0, v=0, *, lr, beta1, beta2, eps):
    m, new = averages(m, v, g, beta1, beta2)
    v = np.maximum(new, v)
    return theta - lr * (m / (np.sqrt(v) + eps)), m, v


def veljko_amsgrad(theta, g, m=0, v=0, v_max=0, t=0, *, lr, beta1, beta2, eps):
    t, (m, v) = t + 1, averages(m, v, g, beta1, beta2)
    v_max = np.maximum(v_max, v)
    return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v_max) + eps), m, v, v_max, t


def rverma_nesterov(theta, g, velocity=0, *, lr, beta):
    before, velocity = velocity, beta * velocity + lr * g
    return theta - (-beta * before + (1 + beta) * velocity), velocity


def wojtek_adagrad(theta, g, s=0, *, lr, eps):
    s = s + g**2
    return theta - lr / np.sqrt(s + eps) * g, s


def stav_adagrad(theta, g, s=0, *, lr, eps):
    s = s + g**2
    return theta + -lr * g / (np.sqrt(s) + eps), s
