/** The settings of the page and its address: each says what the other does. */

import { expect, it } from "vitest";
import { EASY, HARDER, readAddress, type Settings, writeAddress } from "../../examples/page/settings.js";

it("reads what it has written, and leaves out what is as in the beginning", () => {
  expect(writeAddress(EASY)).toBe("");
  const other: Settings = {
    faces: "all",
    net: "net1",
    optimizer: "adamw",
    lr: 0.0005,
    batch: 7,
    backend: "gpujs:webgpu",
    seed: 0,
  };
  const address = writeAddress(other);
  expect(address).toBe("?faces=all&net=net1&optimizer=adamw&lr=0.0005&batch=7&backend=gpujs%3Awebgpu&seed=0");
  expect(readAddress(address)).toEqual({ settings: other, wrong: [] });
  expect(readAddress(writeAddress({ ...EASY, ...HARDER })).settings).toEqual({ ...EASY, ...HARDER });
});

it("names what cannot be, and takes the rest", () => {
  const { settings, wrong } = readAddress("?net=toString&lr=&batch=2.5&seed=-1&optimizer=sgd&backend=js&color=red");
  expect(wrong.toSorted()).toEqual(["backend", "batch", "lr", "net", "seed"]);
  expect(settings).toEqual({ ...EASY, optimizer: "sgd" });
});
