"""
PyTorch: `pytorch.py cpu` and `pytorch.py cuda` speak the protocol of contest/protocol.ts; `pytorch.py cpu channels-last`
with the channels of a pixel side by side, `pytorch.py cpu frozen` with nets that can only infer, their batch norms folded
into the convolutions.
"""

import ctypes
import json
import re
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

DEVICE = sys.argv[1]
WAY = sys.argv[2] if len(sys.argv) > 2 else ""


def blas_files():
    """Of the library that multiplies matrices for PyTorch; none where that is built in, or the system does not tell."""
    try:
        with open("/proc/self/maps") as maps:
            return {line.split()[-1] for line in maps if "blas" in line}
    except FileNotFoundError:
        return set()


def set_threads(threads):
    """Of all that PyTorch computes by."""
    torch.set_num_threads(threads)
    # Some builds of OpenBLAS have threads of their own, which PyTorch does not count.
    for path in blas_files():
        library = ctypes.CDLL(path)
        if hasattr(library, "openblas_set_num_threads"):
            library.openblas_set_num_threads(threads)


def peak_bytes():
    """The most memory that this program has held; getrusage says at least what its parent held."""
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s*(\d+)", status.read())[1]) * 1024


def read_inputs(path):
    """Tensors by name from a safetensors file of float32."""
    with open(path, "rb") as file:
        data = file.read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    return {
        name: torch.frombuffer(bytearray(data[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]]),
                               dtype=torch.float32).reshape(entry["shape"]).to(DEVICE)
        for name, entry in header.items()
    }


class LayerList(nn.ModuleList):
    """Layers one after another; for branches a stack: see LayerKind in layer-list.ts."""

    def __init__(self, layers, weights, dropout):
        super().__init__(self.layer(kind, i, weights, dropout) for i, kind in enumerate(layers))
        self.kinds = layers

    @staticmethod
    def layer(kind, i, weights, dropout):
        """As large as its weights say."""
        if kind.startswith(("conv", "depthwise")):
            o, c, k, _ = weights[f"{i}.weight"].shape
            groups = o if kind.startswith("depthwise") else 1
            stride = 2 if kind.endswith("/2") else 1
            return nn.Conv2d(c * groups, o, k, stride, k // 2, groups=groups, bias=f"{i}.bias" in weights)
        return {
            "norm": lambda: nn.BatchNorm2d(len(weights[f"{i}.weight"])),
            "relu": lambda: nn.ReLU(inplace=True),
            "relu6": lambda: nn.ReLU6(inplace=True),
            "pool": lambda: nn.MaxPool2d(2),
            "pool3/2": lambda: nn.MaxPool2d(3, 2, 1),
            "mean": lambda: nn.AdaptiveAvgPool2d(1),
            "dropout": lambda: nn.Dropout(dropout),
            "flatten": nn.Flatten,
            "linear": lambda: nn.Linear(*weights[f"{i}.weight"].shape[::-1]),
            "logSoftmax": lambda: nn.LogSoftmax(1),
        }.get(kind, nn.Identity)()

    def forward(self, x):
        kept = []
        for kind, layer in zip(self.kinds, self):
            if kind == "keep":
                kept.append(x)
            elif kind == "swap":
                x, kept[-1] = kept[-1], x
            elif kind == "add":
                x = x + kept.pop()
            else:
                x = layer(x)
        return x


def build(layers, weights, dropout):
    """The net of these layers with these weights."""
    model = LayerList(layers, weights, dropout)
    state = {name: value.clone().reshape(model.state_dict()[name].shape) for name, value in weights.items()}
    model.load_state_dict(state)
    return arranged(model.to(DEVICE))


def arranged(images_or_net):
    """The same in the order of numbers that this way has."""
    return images_or_net.to(memory_format=torch.channels_last) if WAY == "channels-last" else images_or_net


def frozen(model, images):
    """The same net for these images' shape, for inference only."""
    with torch.no_grad():
        return torch.jit.optimize_for_inference(torch.jit.trace(model, images))


def training_step(model, images, labels):
    """A function that takes one step and returns the loss before it."""
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-3)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.nll_loss(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def finished(run):
    """The same, but back only when a GPU has done it, too."""
    def wait():
        result = run()
        if DEVICE == "cuda":
            torch.cuda.synchronize()
        return result

    return wait


def prepare(task):
    """The result of the work, and a function that does it once."""
    set_threads(task["threads"])
    inputs = read_inputs(task["file"])
    if WAY and (task["work"] == "matmul" or WAY == "frozen" and task["work"] == "training"):
        raise ValueError(f"{WAY} makes no difference to this work")
    if task["work"] == "matmul":
        run = finished(lambda: torch.mm(inputs["a"], inputs["b"]))
        return run().flatten().tolist(), run
    images, labels = arranged(inputs.pop("images")), inputs.pop("labels").long()
    if task["work"] == "inference":
        model = build(task["layers"], inputs, 0.2).eval()
        if WAY == "frozen":
            model = frozen(model, images)

        def run():
            with torch.inference_mode():
                return model(images)

        return run().flatten().tolist(), finished(run)
    if task["work"] == "memory":
        run = training_step(build(task["layers"], inputs, 0.2), images, labels)
        for _ in range(task["steps"]):
            run()
        return [peak_bytes()], run
    check = training_step(build(task["layers"], inputs, 0.0), images, labels)
    return [check(), check()], training_step(build(task["layers"], inputs, 0.2), images, labels)


def serve():
    """Answers requests, a JSON line each, until the input ends."""
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "task" in request:
                result, run = prepare(request["task"])
                answer = {"result": result}
            else:
                times = []
                end = time.perf_counter() + request["seconds"]
                while not times or time.perf_counter() < end:
                    start = time.perf_counter()
                    run()
                    times.append(1000 * (time.perf_counter() - start))
                answer = {"times": times}
        except Exception as error:  # the benchmark reports it and goes on
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


# All of float32's digits, as everyone else computes, and the fastest way of each convolution.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True
if DEVICE == "cuda" and not torch.cuda.is_available():
    sys.exit("Error: PyTorch finds no CUDA device here")
if any("/blas/libblas" in path for path in blas_files()):
    sys.exit("Error: PyTorch multiplies matrices by the reference BLAS here, some twenty times slower than others: "
             "apt-get install libopenblas0")
serve()
