"""The lab labs/thread: what it says about the loop as asked."""

import numpy as np


def test_v_grows_through_the_hundred_steps_and_not_for_ever():
    """v_t = (β v + (1 − β) g²) / (1 − βᵗ)."""
    from snippets.labs import thread as lab

    v = np.square(lab.v_list)
    assert np.all(np.diff(v) > 0) and v[-1] > 1e70 and int(np.argmax(lab.m_list)) < 99
    # Where v is huge, a step multiplies it by β/(1 − βᵗ): above 1 up to step 6,904.
    factor = 0.999 / (1 - 0.999 ** np.arange(1, 8000.0))
    np.testing.assert_allclose(v[10:] / v[9:-1], factor[10:100], rtol=1e-9)
    assert np.all(factor[:6904] > 1) and np.all(factor[6904:] < 1)
