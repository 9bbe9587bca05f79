"""Routes, a module per resource: parse, authorise, call one service."""
