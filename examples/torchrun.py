"""Goes on with a run of torchlet's on PyTorch, in as many processes, and on as many machines, as torchrun starts:

    npx torchlet train faces --val-fraction 0 --out runs/a
    torchrun --nproc_per_node 2 examples/torchrun.py runs/a --epochs 2 --out runs/a-there

The weights and the optimizer are those of the run's last checkpoint; its options and photographs are those of its
config.json. In the end the folder --out has net.safetensors and optimizer.safetensors, which loadSafetensors and
loadOptimizer take back. torchlet_nets.py stands in docs/pytorch.md: put it beside this file. Debian 12's torchrun needs
two options more: docs/scale.md.
"""

import argparse
import json
import pathlib

import torch
import torch.distributed as dist
from PIL import Image, ImageOps
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset, DistributedSampler
from torchlet_nets import load, net1, net2, net3, save_file, save_optimizer

parser = argparse.ArgumentParser()
parser.add_argument("run", type=pathlib.Path)
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--out", type=pathlib.Path, required=True)
arguments = parser.parse_args()
config = json.loads((arguments.run / "config.json").read_text())

# What is not continued here is an error, and not another training.
WANTED = {"valFraction": 0, "schedule": "constant", "softmaxNll": False}
for name in ["augment", "classWeights", "clipNorm", "clipValue", "accumulate", "val", "limit"]:
    WANTED[name] = None
for name, value in WANTED.items():
    if config.get(name) != value:
        raise SystemExit(f"{arguments.run}/config.json: {name} is {config.get(name)}: this example is for {value}")


class Photographs(Dataset):
    """Of a folder like faces/train: labels are at the end of the names, 000041_1.jpg."""

    def __init__(self, split):
        self.files = sorted((pathlib.Path(config["data"]) / split).iterdir())

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        size = config["size"]
        image = ImageOps.exif_transpose(Image.open(self.files[i])).convert("RGB").resize((size, size), Image.BILINEAR)
        pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).reshape(size, size, 3)
        return pixels.permute(2, 0, 1) / 255, int(self.files[i].stem[-1])


def part(tensors, prefix):
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}


def restored():
    """The net and its optimizer, as the checkpoint has them."""
    tensors, metadata = load(arguments.run / "last.safetensors")
    # net1 has no dropout.
    rest = {"dropout": config["dropout"]} if "dropout" in config else {}
    model = {"net1": net1, "net2": net2, "net3": net3}[config["net"]](**rest)
    model.load_state_dict(part(tensors, "model."))
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}[config["optimizer"]]
    momentum = {"momentum": config["momentum"]} if "momentum" in config else {}
    optimizer = kind(model.parameters(), lr=config["lr"], weight_decay=config["weightDecay"], **momentum)
    saved = json.loads(metadata["optimizer"])
    state = {i: {"step": torch.tensor(float(step))} for i, step in enumerate(saved["steps"]) if step > 0}
    for full_name, value in part(tensors, "optimizer.").items():
        name, i = full_name.rsplit(".", 1)
        state[int(i)][name] = value
    groups = optimizer.state_dict()["param_groups"]
    groups[0]["lr"] = saved["lr"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    return model, optimizer, json.loads(metadata["epoch"])


def measure(model, data):
    model.eval()
    loss, right = 0.0, 0
    with torch.no_grad():
        for images, labels in DataLoader(data, batch_size=64):
            output = model(images)
            loss += nn.functional.nll_loss(output, labels, reduction="sum").item()
            right += (output.argmax(1) == labels).sum().item()
    model.train()
    return f"loss {loss / len(data):.6f} accuracy {right / len(data):.6f}"


def say(line):
    # Its end belongs to it: where Python does not buffer, print would write it by itself, and another process in between.
    print(f"{line}\n", end="", flush=True)


def main():
    dist.init_process_group("gloo")
    rank, processes = dist.get_rank(), dist.get_world_size()
    model, optimizer, epoch = restored()
    train, test = Photographs("train"), Photographs("test")
    if rank == 0:
        say(f"test before: {measure(model, test)}")
    # The parameters stay the model's, so the optimizer's state is still theirs.
    parallel = DistributedDataParallel(model)
    sampler = DistributedSampler(train, seed=config["seed"], drop_last=True)
    batches = DataLoader(train, batch_size=config["batch"] // processes, sampler=sampler)
    for now in range(epoch, epoch + arguments.epochs):
        sampler.set_epoch(now)
        for images, labels in batches:
            optimizer.zero_grad()
            nn.functional.nll_loss(parallel(images), labels).backward()
            optimizer.step()
        if rank == 0:
            say(f"test after epoch {now}: {measure(model, test)}")
    if rank == 0:
        arguments.out.mkdir(parents=True, exist_ok=True)
        save_file(model.state_dict(), arguments.out / "net.safetensors")
        save_optimizer(arguments.out / "optimizer.safetensors", optimizer)
    weights = torch.cat([value.flatten().double() for value in model.parameters()])
    say(f"process {rank}: weights {weights.sum().item()!r} {weights.square().sum().item()!r}")
    dist.destroy_process_group()


main()
