"""The domain of grid supervision: no HTTP, no environment variables."""
