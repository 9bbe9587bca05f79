"""The engine, the embedded cluster, and the migrations."""
