"""Optuna chooses the options, torchlet trains: optuna_sweep.py FOLDER npx torchlet. Killed, it is started again."""

import json
import subprocess
import sys

import optuna

folder, *torchlet = sys.argv[1:]


def objective(trial: optuna.Trial) -> float:
    lr = trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    out = f"runs/optuna-{trial.number}"
    command = [*torchlet, "train", folder, "--out", out, "--or-resume", "--lr", str(lr), "--epochs", "4", "--json"]
    best = 0.0
    for until in (1, 2, 4):  # The schedule is made for four epochs, wherever a call stops.
        output = subprocess.run([*command, "--until", str(until)], check=True, stdout=subprocess.PIPE, text=True).stdout
        events = [json.loads(line) for line in output.splitlines()]
        accuracies = [event["validation"]["accuracy"] for event in events if event["event"] == "epoch"]
        best = max([best, *accuracies])
        trial.report(best, until)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return best


study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=1))
study.optimize(objective, n_trials=4)
print(json.dumps({"best": study.best_params, "accuracy": study.best_value}))
