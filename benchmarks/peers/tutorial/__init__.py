"""eventsourcing and FastAPI as in their tutorials: the library's defaults, nothing tuned and nothing held back."""
