"""A reader's own code: what in it can be stepped, what it computes, and which of its lines to change."""
