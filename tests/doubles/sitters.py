"""People drawn with a compass: outlines, faces and sitters of exactly known measure."""

from __future__ import annotations

import cv2
import numpy as np

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.matting import Cutout
from tuanyuan.imaging.sitter import sitter

SKIN, CLOTH, HAIR = (0.85, 0.66, 0.55), (0.20, 0.28, 0.45), (0.12, 0.09, 0.08)


def face_at(x, y, unit, *, yaw=0.0, roll=0.0):
    """A face whose eyes are `unit` apart round (x, y): an oval of 2.2 by 2.8 units, landmarks all over it."""
    n = np.arange(468)
    radius, angle = np.sqrt((n + 0.5) / 468), n * 2.399963
    mesh = np.zeros((468, 3), np.float32)
    mesh[:, 0] = x + 1.1 * unit * radius * np.cos(angle)
    mesh[:, 1] = y + 0.35 * unit + 1.4 * unit * radius * np.sin(angle)
    for corner, across in ((33, -0.7), (133, -0.3), (362, 0.3), (263, 0.7)):
        mesh[corner] = x + across * unit, y, 0
    mesh[[1, 2]] = (x, y + 0.5 * unit, 0), (x, y + 0.6 * unit, 0)
    mesh[[10, 152]] = (x, y - 1.05 * unit, 0), (x, y + 1.75 * unit, 0)
    return Face(mesh, 0.95, yaw, 0.0, roll, 300.0)


def bust(unit=40, *, below=3.0, shoulders=2.4, hair=1.5, yaw=0.0, roll=0.0, room=0.6):
    """A head on shoulders, cut by the photo's lower edge `below` units under the eyes; all measures in units.

    shoulders: reach to each side. hair: reach of the head to each side. room: empty border at the sides and above.
    """
    width, height = round((2 * max(shoulders, hair) + 2 * room) * unit), round((2.0 + room + below) * unit)
    x, y = width / 2, (2.0 + room) * unit
    colour = np.empty((height, width, 3), np.float32)
    colour[:] = CLOTH
    body = np.zeros((height, width), np.uint8)
    cv2.ellipse(body, (round(x), round(y + 0.1 * unit)), (round(hair * unit), round(2.1 * unit)), 0, 0, 360, 1, -1)
    colour[body > 0] = HAIR
    top = round(y + 2.0 * unit)
    cv2.ellipse(body, (round(x), round(top + unit)), (round(shoulders * unit), round(unit * 1.2)), 0, 180, 360, 1, -1)
    body[top + round(unit) :, round(x - shoulders * unit) : round(x + shoulders * unit)] = 1
    oval = np.zeros_like(body)
    cv2.ellipse(oval, (round(x), round(y + 0.35 * unit)), (round(1.1 * unit), round(1.4 * unit)), 0, 0, 360, 1, -1)
    colour[oval > 0] = SKIN
    alpha = cv2.GaussianBlur(body.astype(np.float32), (0, 0), 0.8)
    alpha[-3:] = alpha[-4]
    return sitter(Cutout(colour, alpha), [face_at(x, y, unit, yaw=yaw, roll=roll)])


def cropped(one, left=0, right=0, top=0, bottom=0):
    """The same person in a photo that ends earlier by so many pixels."""
    height, width = one.cutout.alpha.shape
    inside = np.s_[top : height - bottom, left : width - right]
    face = one.faces[0]
    moved = face_at(face.eyes[0] - left, face.eyes[1] - top, one.eye_distance, yaw=face.yaw, roll=face.roll)
    return sitter(Cutout(one.cutout.colour[inside], one.cutout.alpha[inside]), [moved])
