"""Portraits in a style: one person cut out, drawn or graded, on a ground designed for it."""
