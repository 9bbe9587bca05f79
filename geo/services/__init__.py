"""Use cases, a function each: a Session in, plain values out."""
