"""The site, the HTTP interface and the command line."""
