"""Diagnosis of dependencies: what is needed, found, missing, clashing, loaded."""
