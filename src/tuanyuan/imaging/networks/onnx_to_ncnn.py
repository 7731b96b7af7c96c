"""Translating an ONNX model into ncnn's terms, in memory, free of the size it was exported for.

Operators and their meaning: ONNX operator specification, opset 11. Only what U²-Net (Qin et al. 2020) uses is
understood; anything else is a clear error, never a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

from tuanyuan.domain.errors import OurFault
from tuanyuan.imaging.networks.ncnn_graph import NcnnGraph
from tuanyuan.imaging.networks.ncnn_network import NcnnNetwork
from tuanyuan.imaging.networks.onnx_graph import NotUnderstood, OnnxGraph, attributes

if TYPE_CHECKING:
    from pathlib import Path

CHANNELS = 1  # the axis in ONNX (batch, channels, height, width)
BILINEAR = 2
ADDITION = 0
CEIL, FLOOR = 0, 1


def load_onnx(path: Path, *, threads: int = 1) -> NcnnNetwork:
    """The network of `path` up to its first output: float32 (channels, height, width) in and out, any size.

    A picture whose sides are multiples of 32 loses nothing at u2netp's five halvings.

    Raises OurFault with the code weights_missing, weights_unreadable or network_unknown_operation.
    """
    if not path.is_file():
        raise OurFault("weights_missing", file=path.name)
    try:
        source = OnnxGraph(onnx.load(path))
        graph = translate(source)
    except NotUnderstood as error:
        raise OurFault("network_unknown_operation", file=path.name, operation=error) from error
    except Exception as error:  # protobuf raises an exception of no public module on damaged bytes
        raise OurFault("weights_unreadable", file=path.name) from error
    return NcnnNetwork(graph, source.output, threads=threads)


def translate(source: OnnxGraph) -> NcnnGraph:
    """Every node of `source` in ncnn's terms. Raises NotUnderstood."""
    graph = NcnnGraph(source.input)
    fused: set[str] = set()
    for node in source.nodes:
        if node.output[0] in fused:
            continue  # this ReLU went into the convolution before it
        if node.op_type == "Conv":
            reader = source.only_reader(node.output[0])
            relu = reader is not None and reader.op_type == "Relu"
            output = reader.output[0] if reader is not None and relu else node.output[0]
            fused |= {output} if relu else set()
            _convolution(graph, source, node, output, relu=relu)
        else:
            pictures = source.pictures(node)
            if node.op_type != "Resize" and len(pictures) != len(node.input):
                raise NotUnderstood(f"{node.op_type} with a constant")
            kind, params = _plain(node)
            graph.add(kind, pictures, node.output[0], params)
    return graph


def _convolution(graph: NcnnGraph, source: OnnxGraph, node: onnx.NodeProto, output: str, *, relu: bool) -> None:
    settings = attributes(node)
    if settings.get("group", 1) != 1 or settings.get("auto_pad", b"NOTSET") != b"NOTSET":
        raise NotUnderstood("Conv in groups or with automatic padding")
    weight = source.tensor(node.input[1])
    bias = source.tensor(node.input[2]) if len(node.input) > 2 else np.zeros(len(weight), np.float32)
    graph.convolution(
        node.input[0], output, weight, bias,
        stride=_equal(settings, "strides", 1), padding=_equal(settings, "pads", 0),
        dilation=_equal(settings, "dilations", 1), relu=relu,
    )  # fmt: skip


def _plain(node: onnx.NodeProto) -> tuple[str, dict[int, int]]:
    """The ncnn layer and parameters of a node without weights."""
    settings = attributes(node)
    match node.op_type:
        case "Relu":
            return "ReLU", {}
        case "Sigmoid":
            return "Sigmoid", {}
        case "Add":
            return "BinaryOp", {0: ADDITION}
        case "Concat" if settings.get("axis") == CHANNELS:
            return "Concat", {0: 0}
        case "MaxPool" if _is_plain_pooling(settings):
            size, stride = _equal(settings, "kernel_shape", 1), _equal(settings, "strides", 1)
            rounding = CEIL if settings.get("ceil_mode", 0) else FLOOR
            return "Pooling", {0: 0, 1: size, 2: stride, 3: _equal(settings, "pads", 0), 5: rounding}
        case "Resize" if _is_bilinear(settings):
            return "Interp", {0: BILINEAR, 5: 1}
        case _:
            raise NotUnderstood(node.op_type)


def _is_plain_pooling(settings: dict[str, Any]) -> bool:
    return settings.get("auto_pad", b"NOTSET") == b"NOTSET" and _equal(settings, "dilations", 1) == 1


def _is_bilinear(settings: dict[str, Any]) -> bool:
    """Half-pixel centres; PyTorch's variant differs only where the result is one pixel wide."""
    mode = settings.get("coordinate_transformation_mode", b"half_pixel")
    return settings.get("mode") == b"linear" and mode in (b"half_pixel", b"pytorch_half_pixel")


def _equal(settings: dict[str, Any], name: str, default: int) -> int:
    """The one value of an attribute that is given for every side."""
    values = set(settings.get(name, [default]))
    if len(values) != 1:
        raise NotUnderstood(f"{name} that differ from side to side")
    return int(values.pop())
