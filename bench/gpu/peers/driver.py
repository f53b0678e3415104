"""Our kernels inside the process of the peers: launches that ../export-launch.ts wrote, by the driver through ctypes."""
import base64
import ctypes
import json
import os

DRIVER = os.environ.get("SPARSEC_CUDA_DRIVER")
PLACES = [DRIVER] if DRIVER else ["libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1"]
MAX_DYNAMIC_SHARED_BYTES = 8
MAP_BYTES = 128

HANDLE, UINT, INT, SIZE = ctypes.c_uint64, ctypes.c_uint, ctypes.c_int, ctypes.c_size_t
POINTER = ctypes.c_void_p
SIGNATURES = dict(
    cuInit=[UINT],
    cuDevicePrimaryCtxRetain=[POINTER, INT],
    cuCtxSetCurrent=[HANDLE],
    cuModuleLoadDataEx=[POINTER, POINTER, UINT, POINTER, POINTER],
    cuModuleUnload=[HANDLE],
    cuModuleGetFunction=[POINTER, HANDLE, ctypes.c_char_p],
    cuFuncSetAttribute=[HANDLE, INT, INT],
    cuMemAlloc_v2=[POINTER, SIZE],
    cuMemFree_v2=[HANDLE],
    cuMemcpyHtoDAsync_v2=[HANDLE, POINTER, SIZE, HANDLE],
    cuStreamSynchronize=[HANDLE],
    cuLaunchKernel=[HANDLE] + [UINT] * 7 + [HANDLE, POINTER, POINTER],
    cuTensorMapEncodeTiled=[POINTER, INT, UINT, HANDLE] + [POINTER] * 4 + [INT] * 4,
    cuGetErrorString=[INT, POINTER],
)


class Driver:
    """Calls of the driver in the primary context of GPU 0, which torch works in too."""

    def __init__(self):
        self.library = self.open()
        for name, types in SIGNATURES.items():
            function = getattr(self.library, name)
            function.argtypes, function.restype = types, INT
        self.call("cuInit", 0)
        context = HANDLE()
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), 0)
        self.call("cuCtxSetCurrent", context)

    def open(self):
        said = []
        for place in PLACES:
            try:
                return ctypes.CDLL(place)
            except OSError as error:
                said.append(str(error))
        raise RuntimeError("no CUDA driver: " + "; ".join(said))

    def call(self, name, *arguments):
        code = getattr(self.library, name)(*arguments)
        if code != 0:
            text = ctypes.c_char_p()
            self.library.cuGetErrorString(code, ctypes.byref(text))
            raise RuntimeError(f"{name} failed: {(text.value or b'?').decode()} ({code})")

    def handle(self, name, *arguments):
        handle = HANDLE()
        self.call(name, ctypes.byref(handle), *arguments)
        return handle.value

    def upload(self, data):
        """The address of a copy of bytes; 0 for none."""
        if not data:
            return 0
        address = self.handle("cuMemAlloc_v2", len(data))
        self.call("cuMemcpyHtoDAsync_v2", address, data, len(data), 0)
        self.call("cuStreamSynchronize", 0)
        return address


class Launch:
    """All passes of one attention at one size. Memory of its tables is its own until `close`."""

    def __init__(self, driver, folder, name):
        self.driver = driver
        with open(os.path.join(folder, name + ".json")) as file:
            self.plan = json.load(file)
        with open(os.path.join(folder, self.plan["code"]), "rb") as file:
            # PTX is read up to a zero.
            self.image = file.read() + b"\0"
        self.module = driver.handle("cuModuleLoadDataEx", self.image, 0, None, None)
        self.functions = [self.open(one) for one in self.plan["passes"]]
        self.own = dict(
            arena=driver.upload(base64.b64decode(self.plan["arena"])),
            floats=driver.upload(base64.b64decode(self.plan["floats"])),
            state=driver.handle("cuMemAlloc_v2", self.plan["state_bytes"]) if self.plan["state_bytes"] else 0,
        )

    def open(self, one):
        function = self.driver.handle("cuModuleGetFunction", self.module, one["kernel"].encode())
        self.driver.call("cuFuncSetAttribute", function, MAX_DYNAMIC_SHARED_BYTES, one["shared_bytes"])
        return function

    def bind(self, addresses, stream):
        """A function that launches every pass on tensors at these addresses (by name)."""
        known = dict(self.own, **addresses)
        prepared = []
        for one, function in zip(self.plan["passes"], self.functions):
            params = base64.b64decode(one["params"])
            room = ctypes.create_string_buffer(len(params) + 64)
            start = ctypes.addressof(room) + -ctypes.addressof(room) % 64
            ctypes.memmove(start, params, len(params))
            for field in one["pointers"]:
                HANDLE.from_address(start + field["offset"]).value = known.get(field["of"], 0)
            for field in one["maps"]:
                self.encode(start + field["offset"], known[field["tensor"]], field)
            pointers = (POINTER * 1)(start)
            prepared.append((function, one, pointers, room))

        def run():
            for function, one, pointers, _ in prepared:
                x, y = one["blocks"]
                self.driver.call("cuLaunchKernel", function, x, y, 1, one["threads"], 1, 1, one["shared_bytes"], stream,
                                 pointers, None)
        return run

    def encode(self, to, address, field):
        rank = len(field["dims"])
        self.driver.call(
            "cuTensorMapEncodeTiled", to, field["dataType"], rank, address,
            (ctypes.c_uint64 * rank)(*field["dims"]), (ctypes.c_uint64 * (rank - 1))(*field["strides"]),
            (ctypes.c_uint32 * rank)(*field["extents"]), (ctypes.c_uint32 * rank)(*[1] * rank),
            0, field["swizzle"], field["promotion"], 0)

    def close(self):
        for address in self.own.values():
            if address:
                self.driver.call("cuMemFree_v2", address)
        self.driver.call("cuModuleUnload", self.module)
