"""Pictures that move: what is drawn into their frames, and the files in which they leave."""
