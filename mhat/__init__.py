"""Momentum, RMSProp, Adam and their relatives: rules, forms, optimizers, mistakes, and tools that name yours.

NumPy only.
"""
