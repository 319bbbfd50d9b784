"""Runnable comparisons: each prints its rates and the ratio to a peer or to the raw limit, measured in the same run."""
