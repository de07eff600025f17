"""`python -m isolde` is `isolde`."""

from isolde.cli import main

main()
