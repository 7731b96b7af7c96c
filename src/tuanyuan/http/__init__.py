"""The studio over HTTP: parse, authorise, one service call, render."""
