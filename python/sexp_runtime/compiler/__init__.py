"""From runtime nodes to Python functions, and to the facts that a formula reads."""
