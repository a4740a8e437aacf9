"""The state that expressions read; all change goes through World and touches the facts that changed."""
