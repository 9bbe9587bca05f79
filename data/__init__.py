"""The demo township 清河镇: fictional, small, grown by this package from a fixed seed."""

from data.demo import AS_OF, write_demo

__all__ = ["AS_OF", "write_demo"]
