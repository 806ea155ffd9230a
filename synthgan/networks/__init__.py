"""Generator, discriminator and the row that passes between them, in `keras.ops`."""

from synthgan.networks.blocks import assign_weights
from synthgan.networks.discriminator import Discriminator, build_discriminator
from synthgan.networks.flow import Flow
from synthgan.networks.generator import Generator, build_generator
from synthgan.networks.ratio import RatioNetwork, read_ratio_networks
from synthgan.networks.rows import RowFeatures

__all__ = [
    "Discriminator",
    "Flow",
    "Generator",
    "RatioNetwork",
    "RowFeatures",
    "assign_weights",
    "build_discriminator",
    "build_generator",
    "read_ratio_networks",
]
