"""Pictures by Seedream and clips by Seedance, through Volcengine Ark."""
