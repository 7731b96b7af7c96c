"""Pictures of goods: what stands or lies where, its shadow and reflection, the paper behind it, the light on it."""
