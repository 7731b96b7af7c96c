"""People at once: the whole way from login to pick, many times in parallel, against a running studio."""
