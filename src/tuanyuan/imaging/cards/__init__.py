"""Greeting cards: paper, ornaments, words and a window for the photo, all drawn here."""
