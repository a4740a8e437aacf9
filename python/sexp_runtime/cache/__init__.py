"""Caches: slots and marks for missions, ExpressionCache for ad-hoc text."""
