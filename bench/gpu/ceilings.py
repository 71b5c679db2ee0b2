"""What the card itself can do, by PyTorch: float32 products with TF32 off, and a copy. One JSON line."""

import json
import subprocess
import time

import torch

torch.backends.cuda.matmul.allow_tf32 = False


def seconds(run, times):
    """Of the fastest of so many runs."""
    run()
    best = float("inf")
    for _ in range(times):
        torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        best = min(best, time.perf_counter() - start)
    return best


def driver():
    """As nvidia-smi says; PyTorch does not know it."""
    question = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    return subprocess.run(question, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


N = 8192
a, b = torch.randn(N, N, device="cuda"), torch.randn(N, N, device="cuda")
product = torch.empty(N, N, device="cuda")
gflops = 2 * N**3 / seconds(lambda: torch.mm(a, b, out=product), 10) / 1e9
source = torch.randn(2**28, device="cuda")
target = torch.empty_like(source)
gbps = 2 * source.nbytes / seconds(lambda: target.copy_(source), 10) / 1e9
ceilings = {"gflops": gflops, "gbps": gbps}
card = {"card": torch.cuda.get_device_name(), "driver": driver()}
print(json.dumps({**card, "torch": torch.__version__, **ceilings}))
