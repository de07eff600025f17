"""Do Isolde's tools print what those of binutils print, for every file of the machine?

    make agreement                          # all files, all rows; writes the reference
    python -m tests.agreement --sample 200 --only nm

Each row of rows.toml is a tool with its options; each file of the machine is given to both tools.
What differs must be explained by a rule of explained.toml.  To compare one more command, add a row.
"""
