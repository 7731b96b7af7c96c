"""A translated model computes what ONNX says it computes, or is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from tuanyuan.domain.errors import OurFault
from tuanyuan.imaging.networks import NcnnNetwork, load_onnx

RNG = np.random.default_rng(7)


def picture(channels: int, height: int, width: int) -> np.ndarray:
    return RNG.normal(size=(channels, height, width)).astype(np.float32)


def saved(folder: Path, nodes: list[onnx.NodeProto], outputs: list[str], **weights: np.ndarray) -> Path:
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, "h", "w"])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    path = folder / "small.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)]), path)
    return path


def weight(*shape: int) -> np.ndarray:
    return (RNG.normal(size=shape) / 3).astype(np.float32)


def assert_as_onnx_says(path: Path, x: np.ndarray) -> None:
    expected = ReferenceEvaluator(str(path)).run(None, {"x": x[None]})[0][0]
    np.testing.assert_allclose(load_onnx(path)(x), expected, atol=1e-4)


@pytest.fixture(scope="module")
def u2netp(models_dir: Path) -> NcnnNetwork:
    return load_onnx(models_dir / "u2netp.onnx")


@pytest.mark.parametrize("size", [(64, 64), (96, 32)])
def test_u2netp_at_sizes_it_was_not_exported_for(
    u2netp: NcnnNetwork, models_dir: Path, faces: list[np.ndarray], size: tuple[int, int]
) -> None:
    x = cv2.resize(faces[8], size).transpose(2, 0, 1).astype(np.float32) / 50 - 2
    expected = ReferenceEvaluator(str(models_dir / "u2netp.onnx")).run(None, {"input.1": x[None]})[0][0]
    assert np.ptp(expected) > 0.5
    np.testing.assert_allclose(u2netp(x), expected, atol=1e-3)


def test_two_threads_share_one_network(u2netp: NcnnNetwork) -> None:
    pictures = [picture(3, 64, 64) for _ in range(6)]
    alone = [u2netp(x) for x in pictures]
    with ThreadPoolExecutor(2) as pool:
        for a, b in zip(alone, pool.map(u2netp, pictures), strict=True):
            np.testing.assert_array_equal(a, b)


def test_every_operator(tmp_path: Path) -> None:
    """Dilated and strided convolution, pooling of odd sides, resizing to another picture, joining, adding."""
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["c"], pads=[2, 2, 2, 2], dilations=[2, 2]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        helper.make_node("Conv", ["p", "w2"], ["d"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Shape", ["r"], ["s"]),
        helper.make_node(
            "Resize", ["d", "", "", "s"], ["u"], mode="linear", coordinate_transformation_mode="half_pixel"
        ),
        helper.make_node("Add", ["u", "r"], ["a"]),
        helper.make_node("Concat", ["a", "x"], ["j"], axis=1),
        helper.make_node("Sigmoid", ["j"], ["y"]),
    ]
    path = saved(tmp_path, nodes, ["y"], w1=weight(8, 4, 3, 3), b1=weight(8), w2=weight(8, 8, 3, 3))
    assert_as_onnx_says(path, picture(4, 19, 26))


def test_a_convolution_read_twice_keeps_its_negative_numbers(tmp_path: Path) -> None:
    """The ReLU may go into the convolution only where nobody else reads what it cuts off."""
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("Add", ["r", "c"], ["y"]),
    ]
    assert_as_onnx_says(saved(tmp_path, nodes, ["y"], w=weight(4, 4, 1, 1)), picture(4, 8, 8))


def test_an_output_that_is_also_read_keeps_its_negative_numbers(tmp_path: Path) -> None:
    nodes = [helper.make_node("Conv", ["x", "w"], ["y"]), helper.make_node("Relu", ["y"], ["z"])]
    assert_as_onnx_says(saved(tmp_path, nodes, ["y", "z"], w=weight(4, 4, 1, 1)), picture(4, 8, 8))


def test_what_only_other_outputs_need_is_left_out(tmp_path: Path) -> None:
    nodes = [helper.make_node("Relu", ["x"], ["y"]), helper.make_node("Erf", ["x"], ["z"])]
    x = picture(4, 5, 6)
    np.testing.assert_array_equal(load_onnx(saved(tmp_path, nodes, ["y", "z"]))(x), np.maximum(x, 0))


UNKNOWN = {
    "an operator": [helper.make_node("Erf", ["x"], ["y"])],
    "groups": [helper.make_node("Conv", ["x", "w"], ["y"], group=4)],
    "unequal padding": [helper.make_node("Conv", ["x", "w"], ["y"], pads=[0, 1, 0, 1])],
    "automatic padding": [helper.make_node("Conv", ["x", "w"], ["y"], auto_pad="SAME_UPPER")],
    "a constant summand": [helper.make_node("Add", ["x", "one"], ["y"])],
    "joining rows": [helper.make_node("Concat", ["x", "x"], ["y"], axis=2)],
    "a fixed size": [helper.make_node("Resize", ["x", "", "", "size"], ["y"], mode="linear")],
    "nearest neighbour": [
        helper.make_node("Relu", ["x"], ["r"]),
        helper.make_node("Shape", ["r"], ["s"]),
        helper.make_node("Resize", ["x", "", "", "s"], ["y"], mode="nearest"),
    ],
    "weights out of a computation": [
        helper.make_node("Relu", ["w"], ["v"]),
        helper.make_node("Conv", ["x", "v"], ["y"]),
    ],
}


@pytest.mark.parametrize("nodes", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_is_not_understood_is_refused(tmp_path: Path, nodes: list[onnx.NodeProto]) -> None:
    constants = {"w": weight(4, 4, 3, 3), "one": weight(1, 4, 1, 1), "size": np.array([1, 4, 9, 9])}
    with pytest.raises(OurFault) as caught:
        load_onnx(saved(tmp_path, nodes, ["y"], **constants))
    assert caught.value.code == "network_unknown_operation"
    assert "small.onnx" in caught.value.problem.message_zh


def test_the_refusal_names_the_operator(tmp_path: Path) -> None:
    with pytest.raises(OurFault, match="Erf"):
        load_onnx(saved(tmp_path, UNKNOWN["an operator"], ["y"]))


def test_missing_weights(tmp_path: Path) -> None:
    with pytest.raises(OurFault) as caught:
        load_onnx(tmp_path / "u2netp.onnx")
    assert caught.value.code == "weights_missing"


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", "cut"])
def test_damaged_weights(models_dir: Path, tmp_path: Path, content: bytes | str) -> None:
    whole = (models_dir / "u2netp.onnx").read_bytes()
    path = tmp_path / "u2netp.onnx"
    path.write_bytes(content if isinstance(content, bytes) else whole[: len(whole) // 2])
    with pytest.raises(OurFault) as caught:
        load_onnx(path)
    assert caught.value.code == "weights_unreadable"
