"""The state that formulas read. Every change goes through World, which touches the facts that changed."""
