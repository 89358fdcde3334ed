"""The claims, one a file; `verify.catalogue` finds them by looking at the files."""
