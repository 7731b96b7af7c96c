"""Trying a garment on: its landmarks, the wearer's, and the warp between them."""
