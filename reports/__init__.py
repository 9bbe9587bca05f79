"""Frames in, Word and Excel out."""
