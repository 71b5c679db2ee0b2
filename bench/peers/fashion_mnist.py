"""The net of examples/fashion-mnist.ts in PyTorch, trained the same way: its accuracy and time, epoch by epoch.

    python3 bench/peers/fashion_mnist.py [--data FOLDER] [--epochs 12] [--threads 2] [--seed 1]
"""

import argparse
import gzip
import math
import time

import numpy as np
import torch
from torch import nn

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(options.seed)


def read(name, header):
    with gzip.open(f"{options.data}/{name}-ubyte.gz") as file:
        return torch.from_numpy(np.frombuffer(file.read(), np.uint8, offset=header).copy())


def split(name):
    images = read(f"{name}-images-idx3", 16).reshape(-1, 1, 28, 28).float() / 255
    return images, read(f"{name}-labels-idx1", 8).long()


images, labels = split("train")
test_images, test_labels = split("t10k")

model = nn.Sequential(
    *(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Flatten(), nn.Dropout(0.25), nn.Linear(3136, 128), nn.ReLU(), nn.Dropout(0.25), nn.Linear(128, 10)),
)
batch = 128
steps = options.epochs * math.ceil(len(images) / batch)
warmup = steps / 30
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.02)


def rate(step):
    if step < warmup:
        return (step + 1) / warmup
    return (1 + math.cos(math.pi * min(1, (step - warmup) / (steps - warmup)))) / 2


schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
trained = 0.0
for epoch in range(1, options.epochs + 1):
    start = time.perf_counter()
    model.train()
    total = 0.0
    order = torch.randperm(len(images))
    for at in range(0, len(images), batch):
        rows = order[at : at + batch]
        inputs = images[rows]
        mirrored = torch.rand(len(rows)) < 0.5
        inputs[mirrored] = inputs[mirrored].flip(3)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), labels[rows])
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item() * len(rows)
    trained += time.perf_counter() - start
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in zip(test_images.split(500), test_labels.split(500)))
    print(f"epoch {epoch}: loss {total / len(images):.4f}, test accuracy {100 * right / len(test_images):.2f} %, {trained:.1f} s")
