"""The bundled servers as child processes, and whether all that is needed is there."""
