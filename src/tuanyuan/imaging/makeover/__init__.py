"""A photo's people in front of another background: who is whom, how they are framed, how the place lights them."""
