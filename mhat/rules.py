"""Ten update rules of one shape, made to be read one below the other.

    theta, state = rule(theta, g, state, lr, ...)

theta   parameters: a float or a float array of any shape
g       gradient of the loss at theta, same shape, in loss units per parameter unit
state   what the rule remembers, a plain tuple; START[rule] before the first step
lr      learning rate: parameter units squared per loss unit for gradient descent,
        momentum and Nesterov; parameter units per step for the others

Nothing is changed in place and nothing is checked: `checked.py` raises on
bad input. In NumPy arrays, numbers that are not finite travel on. In float16 the
default eps is 0 after rounding: choose a larger one there.
"""

# --8<-- [start:numpy]
import numpy as np
# --8<-- [end:numpy]


# --8<-- [start:gradient_descent]
def gradient_descent(theta, g, state, lr):
    """Step against the gradient (Cauchy, 1847)."""
    return theta - lr * g, state
# --8<-- [end:gradient_descent]


# --8<-- [start:momentum]
def momentum(theta, g, state, lr, beta=0.9):
    """Heavy ball (Polyak, 1964), lr outside the velocity."""
    (velocity,) = state
    velocity = beta * velocity + g
    return theta - lr * velocity, (velocity,)
# --8<-- [end:momentum]


# --8<-- [start:nesterov]
def nesterov(theta, g, state, lr, beta=0.9):
    """Nesterov's momentum (1983), for the gradient at theta."""
    (velocity,) = state
    velocity = beta * velocity + g
    return theta - lr * (g + beta * velocity), (velocity,)
# --8<-- [end:nesterov]


# --8<-- [start:adagrad]
def adagrad(theta, g, state, lr, eps=1e-8):
    """AdaGrad (Duchi et al., 2011), eps outside the root."""
    (s,) = state
    s = s + g**2
    return theta - lr * g / (np.sqrt(s) + eps), (s,)
# --8<-- [end:adagrad]


# --8<-- [start:rmsprop]
def rmsprop(theta, g, state, lr, beta2=0.9, eps=1e-8):
    """RMSProp (Hinton, lecture 6e, 2012), eps outside the root."""
    (v,) = state
    v = beta2 * v + (1 - beta2) * g**2
    return theta - lr * g / (np.sqrt(v) + eps), (v,)
# --8<-- [end:rmsprop]


# --8<-- [start:bias_correction]
def bias_correction(average, beta, t):
    """Divide an average that began at zero by the weight it holds at t.

    average  m or v after step t, any shape; t counts from 1
    returns  the weighted mean of the t values so far, same shape
    """
    return average / (1 - beta**t)
# --8<-- [end:bias_correction]


# --8<-- [start:adam]
def adam(theta, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam (Kingma and Ba, 2015), Algorithm 1."""
    m, v, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = bias_correction(m, beta1, t)
    v_hat = bias_correction(v, beta2, t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), (m, v, t)
# --8<-- [end:adam]


# --8<-- [start:adamw]
def adamw(
    theta, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, decay=0.01
):
    """AdamW (Loshchilov and Hutter, 2019): shrink theta, then Adam."""
    shrunk = theta * (1 - lr * decay)
    return adam(shrunk, g, state, lr, beta1, beta2, eps)
# --8<-- [end:adamw]


# --8<-- [start:amsgrad]
def amsgrad(
    theta, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """AMSGrad (Reddi et al., 2018), corrected as in PyTorch."""
    m, v, v_max, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = np.maximum(v_max, v)
    m_hat = bias_correction(m, beta1, t)
    v_hat = bias_correction(v_max, beta2, t)
    theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)
    return theta, (m, v, v_max, t)
# --8<-- [end:amsgrad]


# --8<-- [start:nadam]
def nadam(theta, g, state, lr=2e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Nadam (Dozat, 2016), beta1 constant."""
    m, v, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    ahead = beta1 * bias_correction(m, beta1, t + 1)
    ahead = ahead + (1 - beta1) * bias_correction(g, beta1, t)
    v_hat = bias_correction(v, beta2, t)
    return theta - lr * ahead / (np.sqrt(v_hat) + eps), (m, v, t)
# --8<-- [end:nadam]


# --8<-- [start:adamax]
def adamax(
    theta, g, state, lr=2e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """AdaMax (Kingma and Ba, 2015, section 7.1), eps beside u."""
    m, u, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g))
    m_hat = bias_correction(m, beta1, t)
    return theta - lr * m_hat / (u + eps), (m, u, t)
# --8<-- [end:adamax]


START = {
    gradient_descent: (),
    momentum: (0.0,),
    nesterov: (0.0,),
    adagrad: (0.0,),
    rmsprop: (0.0,),
    adam: (0.0, 0.0, 0),
    adamw: (0.0, 0.0, 0),
    amsgrad: (0.0, 0.0, 0.0, 0),
    nadam: (0.0, 0.0, 0),
    adamax: (0.0, 0.0, 0),
}
