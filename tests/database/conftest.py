"""Real PostGIS for every test that needs it."""
