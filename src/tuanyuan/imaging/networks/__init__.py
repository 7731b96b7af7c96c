"""The neural networks that run on the CPU: pictures in, numbers out, no meaning attached."""

from tuanyuan.imaging.networks.dlib_resnet import DlibResnet
from tuanyuan.imaging.networks.ncnn_network import NcnnNetwork
from tuanyuan.imaging.networks.onnx_to_ncnn import load_onnx
from tuanyuan.imaging.networks.tflite import TfliteNetwork

__all__ = ["DlibResnet", "NcnnNetwork", "TfliteNetwork", "load_onnx"]
