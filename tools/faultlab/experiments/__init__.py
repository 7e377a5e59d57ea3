"""One module for each experiment; README.md in the folder above says what a module has."""
