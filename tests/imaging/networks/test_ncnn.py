"""Graphs in ncnn's terms, and running them."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.domain.errors import OurFault
from tuanyuan.imaging.networks import NcnnNetwork
from tuanyuan.imaging.networks.ncnn_graph import NcnnGraph


def test_the_text_of_a_graph_with_a_blob_read_twice() -> None:
    graph = NcnnGraph("x")
    graph.add("ReLU", ["x"], "r", {})
    graph.add("BinaryOp", ["x", "r"], "y", {0: 0})
    assert graph.param_text().splitlines() == [
        "7767517",
        "4 5",
        "Input layer0 0 1 x",
        "Split layer1 1 2 x x_copy0 x_copy1",
        "ReLU layer2 1 1 x_copy0 r",
        "BinaryOp layer3 2 1 x_copy1 r y 0=0",
    ]


def test_the_bytes_of_weights() -> None:
    graph = NcnnGraph("x")
    graph.convolution("x", "c", np.ones((1, 1, 1, 2), np.float32), np.full(1, 2, np.float32))
    graph.inner_product("c", "y", np.full((1, 1), 3, np.float32))
    tag, numbers = b"\0" * 4, np.array([1, 1, 2, 3], "<f4").tobytes()
    assert graph.weight_bytes() == tag + numbers[:12] + tag + numbers[12:]


def test_a_convolution_by_hand() -> None:
    """Not a square kernel, a stride, a bias, and a ReLU: 1·1 + 2·2 − 6, 3·1 + 4·2 − 6 of each row."""
    graph = NcnnGraph("x")
    kernel = np.array([[[[1, 2]]]], np.float32)
    graph.convolution("x", "y", kernel, np.array([-6], np.float32), stride=2, relu=True)
    x = np.array([[[1, 2, 3, 4], [9, 9, 9, 9], [0, 1, 0, 4]]], np.float32)
    np.testing.assert_array_equal(NcnnNetwork(graph, "y")(x), [[[0, 5], [0, 2]]])


def test_two_cores_change_nothing() -> None:
    graph = NcnnGraph("x")
    weight = np.random.default_rng(5).normal(size=(32, 16, 3, 3)).astype(np.float32)
    graph.convolution("x", "y", weight, np.ones(32, np.float32), padding=1)
    x = np.random.default_rng(6).normal(size=(16, 20, 20)).astype(np.float32)
    one, two = NcnnNetwork(graph, "y")(x), NcnnNetwork(graph, "y", threads=2)(x)
    np.testing.assert_allclose(one, two, atol=1e-4)


def test_the_callers_picture_is_left_alone() -> None:
    """ncnn's ReLU works in place."""
    graph = NcnnGraph("x")
    graph.add("ReLU", ["x"], "y", {})
    x = np.array([[[-1, 2, -3, 4, -5, 6, -7]]], np.float32)
    np.testing.assert_array_equal(NcnnNetwork(graph, "y")(x), [[[0, 2, 0, 4, 0, 6, 0]]])
    np.testing.assert_array_equal(x, [[[-1, 2, -3, 4, -5, 6, -7]]])


def test_a_result_is_not_overwritten_by_the_next() -> None:
    graph = NcnnGraph("x")
    graph.add("ReLU", ["x"], "y", {})
    network = NcnnNetwork(graph, "y")
    first = network(np.full((2, 5, 7), 3, np.float32))
    network(np.full((2, 5, 7), 4, np.float32))
    np.testing.assert_array_equal(first, np.full((2, 5, 7), 3, np.float32))


def test_a_view_of_a_picture_is_read_as_it_looks() -> None:
    """Its rows do not lie one after the other in memory, nor do its channels."""
    graph = NcnnGraph("x")
    graph.add("ReLU", ["x"], "y", {})
    view = np.arange(5 * 8 * 3, dtype=np.float32).reshape(5, 8, 3).transpose(2, 0, 1)[:, 1:, ::2]
    np.testing.assert_array_equal(NcnnNetwork(graph, "y")(view), view)


def test_only_a_picture_is_taken() -> None:
    with pytest.raises(ValueError, match="channels, height, width"):
        NcnnNetwork(NcnnGraph("x"), "x")(np.zeros((1, 3, 8, 8), np.float32))


def test_a_layer_that_ncnn_does_not_know_is_our_fault(capfd: pytest.CaptureFixture[str]) -> None:
    graph = NcnnGraph("x")
    graph.add("NoSuchLayer", ["x"], "y", {})
    with pytest.raises(OurFault) as caught:
        NcnnNetwork(graph, "y")
    capfd.readouterr()
    assert caught.value.code == "network_unloadable"


def test_an_output_that_is_not_there_is_our_fault(capfd: pytest.CaptureFixture[str]) -> None:
    graph = NcnnGraph("x")
    graph.add("ReLU", ["x"], "y", {})
    with pytest.raises(OurFault) as caught:
        NcnnNetwork(graph, "z")(np.zeros((1, 2, 2), np.float32))
    capfd.readouterr()
    assert caught.value.code == "network_failed"
