"""Stands for torch where there is none: every name is there, every call gives a thing on which every operation works.

Only what ../../../../bench/gpu/peers/main.py does around torch can be tried with it. A product of matrices ends the
process where STUB_TORCH_CRASH is set, and attention raises an error where the head dimension is STUB_TORCH_REFUSES.
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
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __floordiv__ = __mod__ = __and__ = __rand__ = _self
    __or__ = __ror__ = __invert__ = __neg__ = __abs__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _self
    __getitem__ = __enter__ = _self

    def __matmul__(self, _):
        if os.environ.get("STUB_TORCH_CRASH"):
            os._exit(139)
        return Anything()

    def __setitem__(self, *_):
        pass

    def __exit__(self, *_):
        return False

    def __int__(self):
        return 1


def randn(*shape, **_):
    return Anything(*shape)


def attention(q, *_, **__):
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
