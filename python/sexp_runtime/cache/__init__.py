"""Caches: slots and flags for missions, ExpressionCache for ad-hoc text."""
