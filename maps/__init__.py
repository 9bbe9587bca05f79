"""Frames in, Folium pages or PNG out."""
