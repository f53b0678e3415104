"""Stands for torch where there is none: every name is there, every call gives a thing on which every operation works.

Only what ../../../../bench/gpu/peers/main.py does around torch can be tried with it; every difference counts as nothing, so
that results are right. Where STUB_TORCH_CRASH is set, `ones` (of the ceiling) ends the process; attention raises an error
where the head dimension is STUB_TORCH_REFUSES, and gives what is wrong where it is STUB_TORCH_WRONG.
"""
import os
import sys
import types

__version__ = "stub"


class Anything:
    shape = ()

    def __init__(self, *shape):
        self.shape = shape

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __call__(self, *_, **__):
        return Anything()

    def _self(self, *_):
        return Anything()
    __add__ = __radd__ = __mul__ = __rmul__ = __floordiv__ = __mod__ = __and__ = __rand__ = _self
    __or__ = __ror__ = __invert__ = __neg__ = __abs__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _self
    __getitem__ = __enter__ = __matmul__ = __truediv__ = __pow__ = _self

    def __sub__(self, _):
        return Nothing()
    __rsub__ = __sub__

    def __setitem__(self, *_):
        pass

    def __exit__(self, *_):
        return False

    def __int__(self):
        return 1

    def __float__(self):
        return 1.0


class Nothing(Anything):
    """A difference."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()

    def __call__(self, *_, **__):
        return Nothing()

    def __pow__(self, _):
        return Nothing()

    def __float__(self):
        return 0.0


class Wrong(Anything):
    """What differs from everything."""

    def __getitem__(self, _):
        return Wrong()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Wrong()

    def __call__(self, *_, **__):
        return Wrong()

    def __sub__(self, _):
        return Anything()


def randn(*shape, **_):
    return Anything(*shape)


def ones(*_, **__):
    if os.environ.get("STUB_TORCH_CRASH"):
        os._exit(139)
    return Anything()


def attention(q, *_, **__):
    if str(q.shape[-1]) == os.environ.get("STUB_TORCH_WRONG"):
        return Wrong()
    if str(q.shape[-1]) == os.environ.get("STUB_TORCH_REFUSES"):
        raise RuntimeError("a head dimension\nthat is refused")
    return Anything()


def __getattr__(name):
    return Anything()


def _module(name, **content):
    module = types.ModuleType(name)
    module.__dict__.update(content)
    sys.modules[name] = module
    return module


version = types.SimpleNamespace(cuda="0.0")
flex = _module("torch.nn.attention.flex_attention", create_block_mask=Anything(), flex_attention=attention, BlockMask=Anything())
_module("torch.nn.attention", SDPBackend=Anything(), sdpa_kernel=Anything(), flex_attention=flex)
functional = types.SimpleNamespace(scaled_dot_product_attention=attention)
nn = _module("torch.nn", functional=functional, attention=sys.modules["torch.nn.attention"])
