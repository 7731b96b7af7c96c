# SPDX-License-Identifier: GPL-3.0-or-later
"""Set-building kit for the background scenes: Blender as a module (bpy), numpy and Pillow, at build time
only.

World axes in metres: x to the right of the picture, y away from the camera, z up; the floor is z = 0 and
the people stand on y = 0.
"""
