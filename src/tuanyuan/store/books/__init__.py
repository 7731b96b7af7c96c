"""The books, one module for each noun; the promises stand in `domain/ports/`."""
