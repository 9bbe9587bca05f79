"""Readers: a file in, a validated frame and every rejected row out."""
