"""The commands of the command line, one noun per file."""
