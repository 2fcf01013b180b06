"""Time, weight, and what the tests notice: measured by hand, no test."""
