/** Settings: what decides a run to the last bit, and its place in the page's address, so that a link shows the same. */

import type { BackendName } from "../../src/index.js";

export interface Settings {
  /** Which faces are drawn. */
  faces: "masks" | "all";
  net: "net3" | "net1";
  optimizer: "adam" | "adamw" | "sgd";
  /** Learning rate. */
  lr: number;
  /** Faces in a step. */
  batch: number;
  backend: BackendName;
  seed: number;
}

/** Quick to learn: nine in ten are right after a few seconds. */
export const EASY: Settings = {
  faces: "masks",
  net: "net3",
  optimizer: "adam",
  lr: 0.003,
  batch: 32,
  backend: "wasm",
  seed: 1,
};

/** What takes a minute, and a larger net. */
export const HARDER: Partial<Settings> = { faces: "all", net: "net1", lr: 0.001 };

/** A setting that has a few values, and what they are called. */
interface Choice {
  label: string;
  options: Record<string, string>;
}

/** A setting that is a number. */
interface Amount {
  label: string;
  min: number;
  max: number;
  /** Of the field's arrows; "any" where it need not be a whole number. */
  step: number | "any";
}

type Names = { [Name in keyof Settings]: Settings[Name] extends number ? Amount : Choice };

export const SETTINGS: Names = {
  faces: { label: "Faces", options: { masks: "masks or none", all: "scarves, hands, veils, decoys" } },
  net: { label: "Net", options: { net3: "Net #3", net1: "Net #1" } },
  optimizer: { label: "Optimizer", options: { adam: "Adam", adamw: "AdamW", sgd: "SGD, momentum 0.9" } },
  lr: { label: "Learning rate", min: 1e-6, max: 1000, step: "any" },
  batch: { label: "Faces in a step", min: 2, max: 256, step: 1 },
  backend: {
    label: "Computed by",
    options: { wasm: "WebAssembly", "gpujs:webgpu": "WebGPU", "gpujs:webgl2": "WebGL 2" },
  },
  seed: { label: "Seed", min: 0, max: 999_999, step: 1 },
};

const NAMES = Object.keys(SETTINGS) as (keyof Settings)[];

export function isChoice(setting: Choice | Amount): setting is Choice {
  return "options" in setting;
}

/** What a text says of a setting; undefined where it says nothing that it can be. */
export function readSetting<Name extends keyof Settings>(name: Name, text: string): Settings[Name] | undefined {
  const setting: Choice | Amount = SETTINGS[name];
  if (isChoice(setting)) return Object.hasOwn(setting.options, text) ? (text as Settings[Name]) : undefined;
  const value = Number(text);
  const fits = text.trim() !== "" && value >= setting.min && value <= setting.max;
  return fits && (setting.step === "any" || Number.isInteger(value)) ? (value as Settings[Name]) : undefined;
}

/** The settings in an address, and the names of those that it has in a way that cannot be. */
export function readAddress(search: string): { settings: Settings; wrong: string[] } {
  const query = new URLSearchParams(search);
  const settings = { ...EASY };
  const wrong: string[] = [];
  for (const name of NAMES) {
    const text = query.get(name);
    if (text === null) continue;
    const value = readSetting(name, text);
    if (value === undefined) wrong.push(name);
    else Object.assign(settings, { [name]: value });
  }
  return { settings, wrong };
}

/** The address's part for these settings: what is as in the beginning is left out. */
export function writeAddress(settings: Settings): string {
  const query = new URLSearchParams();
  for (const name of NAMES) if (settings[name] !== EASY[name]) query.set(name, String(settings[name]));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
