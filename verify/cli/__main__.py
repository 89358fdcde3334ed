"""`python -m verify.cli` is `firstmover`."""

from verify.cli import main

if __name__ == "__main__":
    main()
