"""What real frameworks compute, and the proof: adapters that run them, the comparison, the results."""
