"""The life of a grant as its people live it: one module per phase, walked in a browser by tests/browser/test_journeys.py."""
