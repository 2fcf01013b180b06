"""What the code of several pages shares: colours, axes, tables."""
