"""Films through ffmpeg: a program of its own, started for one piece of work and gone with it. No codec is linked.

Pictures reach it through pipes and files that exist in memory alone.
"""
