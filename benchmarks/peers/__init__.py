"""The same job written as others would: `django/` (its own environment, its own packages) and `tutorial/`."""
