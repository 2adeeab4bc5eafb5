"""Command lines: arguments to one library call to an exit code."""
