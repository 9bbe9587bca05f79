"""The pages that people see: templates, their words and the shell around them."""
