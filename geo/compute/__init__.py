"""Pure functions on arrays and GeoSeries; no SQL."""
