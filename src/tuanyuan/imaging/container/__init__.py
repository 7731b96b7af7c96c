"""The insides of picture files: segments and chunks, read and rearranged without touching a pixel."""
