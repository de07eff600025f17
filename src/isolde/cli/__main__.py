"""`python -m isolde.cli` is `isolde`."""

from isolde.cli import main

main()
