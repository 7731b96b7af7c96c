"""Numbers fitted to photos, for `evidence`, as `python -m bench.scratches` prints them.

From photos of this repository, and from copies of them that were scratched, torn, spotted, faded and made grainy by
program. Bright marks and dark ones are fitted apart.
"""

BRIGHT_LINES = """
always -5.78
length -3.138 0.555 -0.18
straying 1.155 0.506 0.31
thickness 3.01 1.206 -0.56
height 2.978 0.734 -0.1
steadiness 0.764 0.108 0.01
solitude 1.114 0.267 0.51
whiteness -1.408 1.108 2.1
unevenness 0.029 0.508 -0.83
fineness -1.087 0.7 0.98
contrast 0.24 0.272 2.5
bend 0.16 0.152 -0.84
ground 0.276 0.38 -1.78
whiteness*whiteness 1.07
unevenness*unevenness 0.28
height*contrast -0.64
length*ground 0.45
length*bend -0.73
length*unevenness -0.04
length*thickness 0.29
thickness*unevenness -0.32
height*fineness -0.35
fineness*ground 0.67
"""

DARK_LINES = """
always -4.82
length -3.152 0.525 -0.29
straying 1.17 0.482 0.02
thickness 3.036 1.161 -0.16
height 2.93 0.684 0.27
steadiness 0.762 0.105 0.08
solitude 1.119 0.26 0.36
whiteness -1.164 1.01 1.12
unevenness 0.085 0.442 -0.42
fineness -1.084 0.638 0.96
contrast 0.219 0.231 1.46
bend 0.167 0.156 -0.66
ground 0.26 0.343 -0.75
whiteness*whiteness 0.22
unevenness*unevenness 0.16
height*contrast -0.47
length*ground -0.09
length*bend -0.66
length*unevenness -0.21
length*thickness 0.18
thickness*unevenness 0.01
height*fineness -0.21
fineness*ground 0.34
"""

BRIGHT_SPOTS = """
always -6.15
area 2.459 0.961 0.54
height 3.28 0.182 0.6
whiteness -1.824 1.07 1.4
unevenness -1.581 0.516 0.39
surroundings 0.597 0.631 -0.99
sharpness -0.845 0.527 1.54
roundness 1.119 0.372 0.63
lift -0.094 0.521 0.08
ground 1.101 0.504 -0.38
lift*ground 0.34
whiteness*whiteness 0.88
area*height -0.27
whiteness*surroundings -0.32
area*unevenness -0.29
"""

DARK_SPOTS = """
always -5.87
area 2.416 0.92 1.02
height 3.258 0.152 0.56
whiteness -1.321 0.982 1.2
unevenness -1.628 0.5 -0.07
surroundings 0.612 0.611 -1.08
sharpness -0.86 0.542 2.44
roundness 1.111 0.377 0.99
lift -0.085 0.434 -0.13
ground -1.171 0.485 -0.6
lift*ground -0.07
whiteness*whiteness 0.47
area*height -0.11
whiteness*surroundings -0.52
area*unevenness -0.22
"""
