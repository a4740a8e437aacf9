"""Monitoring: counters, histograms, sampled profiles, hints, recordings and the reports made of them."""
