"""Makes a launch that bench/gpu/export-launch.ts wrote, on the driver that SPARSEC_CUDA_DRIVER names.

launch_once.py FOLDER NAME OUTPUT=BYTES..: files q, k, v in FOLDER go in, files out, lse come out.
"""
import ctypes
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench", "gpu", "peers"))
from driver import Driver, Launch

folder, name, *outputs = sys.argv[1:]
driver = Driver()
addresses = {}
for tensor in "qkv":
    with open(os.path.join(folder, tensor), "rb") as file:
        addresses[tensor] = driver.upload(file.read())
sizes = {output.split("=")[0]: int(output.split("=")[1]) for output in outputs}
for tensor, size in sizes.items():
    addresses[tensor] = driver.upload(b"\xff" * size)
launch = Launch(driver, folder, name)
run = launch.bind(addresses, 0)
# Twice: parameters and tables serve every launch.
run()
run()
driver.call("cuStreamSynchronize", 0)
for tensor, size in sizes.items():
    # The memory of the stub is the host's.
    with open(os.path.join(folder, tensor), "wb") as file:
        file.write(ctypes.string_at(addresses[tensor], size))
launch.close()
