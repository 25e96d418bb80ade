"""Layers, networks and training, as thin as they can be: the mathematics is in `cnnlib.ops`."""

from typing import TYPE_CHECKING, Any

from cnnlib.nn import activations
from cnnlib.nn.activations import *  # noqa: F403
from cnnlib.nn.conv import Conv2d, ConvTranspose2d
from cnnlib.nn.dense import Dense, Flatten
from cnnlib.nn.evaluation import Evaluation, accuracy, confusion_matrix, evaluate
from cnnlib.nn.history import History
from cnnlib.nn.layer import Layer, he_normal
from cnnlib.nn.network import Network, Parameter
from cnnlib.nn.norm import BatchNorm, Dropout
from cnnlib.nn.optimizers import SGD, Adam, Optimizer
from cnnlib.nn.pool import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from cnnlib.nn.recipes import digit_network, train_digit_network
from cnnlib.nn.residual import Residual
from cnnlib.nn.schedules import constant, cosine, linear
from cnnlib.nn.step import train_step
from cnnlib.nn.storage import load, save
from cnnlib.nn.tiny import Tiny, tiny_network
from cnnlib.nn.torch_bridge import to_torch, torch_gradients
from cnnlib.nn.training import train

__all__ = [
    "BatchNorm",
    "Dropout",
    "GlobalAvgPool2d",
    "Residual",
    "SGD",
    "Adam",
    "AvgPool2d",
    "Conv2d",
    "ConvTranspose2d",
    "Dense",
    "Evaluation",
    "Flatten",
    "History",
    "Layer",
    "MaxPool2d",
    "Network",
    "Optimizer",
    "Parameter",
    "Tiny",
    "accuracy",
    "confusion_matrix",
    "constant",
    "cosine",
    "digit_network",
    "evaluate",
    "he_normal",
    "linear",
    "load",
    "save",
    "tiny_network",
    "to_torch",
    "torch_gradients",
    "train",
    "train_digit_network",
    "train_step",
    *activations.__all__,
]

if TYPE_CHECKING:  # a layer is made for each activation there is

    def __getattr__(name: str) -> Any: ...
