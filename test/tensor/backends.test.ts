/** Choosing a backend. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { JsBackend } from "../../src/tensor/backend/js/js.js";
import { backends, currentBackend, memory, useBackend, withBackend } from "../../src/tensor/backend/registry.js";
import { ones, zeros } from "../../src/tensor/tensor.js";

describe("useBackend", () => {
  it("chooses where new tensors go; those that exist stay", async () => {
    expect(await useBackend("js")).toBe("js");
    const here = zeros([2]);
    expect(await useBackend("wasm", { threads: 1 })).toBe("wasm");
    const there = zeros([2]);
    expect([here.backend.name, there.backend.name]).toEqual(["js", "wasm"]);
    expect(here.add(1).backend).toBe(here.backend);
    expect(await useBackend("js", { dtype: "float64" })).toBe("js:float64");
    expect(ones([1]).div(3).dataSync()).toEqual(Float64Array.of(1 / 3));
  });

  it("takes wasm for auto where nothing faster is there", async () => {
    expect(await useBackend()).toBe(await useBackend("auto"));
    expect(currentBackend().name).toBe("wasm");
  });

  it("refuses what it does not know", async () => {
    const unknown = "cuda" as "js";
    await expect(useBackend(unknown)).rejects.toThrow(
      new Error(`useBackend: unknown backend "cuda"; there are ${backends().join(", ")}, gpu and auto`),
    );
    await expect(useBackend("js", { threads: 2 })).rejects.toThrow(
      new Error('useBackend: js has no option "threads"; it has dtype'),
    );
    await expect(useBackend("wasm", { dtype: "float64" })).rejects.toThrow(/wasm has no option "dtype"/);
    for (const threads of [0, -1, 1.5]) {
      await expect(useBackend("wasm", { threads })).rejects.toThrow(`useBackend: threads cannot be ${threads}`);
    }
  });

  it("leaves the current backend when it fails", async () => {
    await useBackend("js");
    const before = currentBackend();
    await useBackend("wasm", { threads: 0 }).catch(() => {});
    expect(currentBackend()).toBe(before);
  });
});

describe("withBackend", () => {
  it("lasts as long as its callback, also when that throws", async () => {
    await useBackend("js");
    const outer = currentBackend();
    const inner = new JsBackend();
    expect(withBackend(inner, () => zeros([1]).backend)).toBe(inner);
    expect(() =>
      withBackend(inner, () => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(currentBackend()).toBe(outer);
    expect(memory()).toEqual(outer.memory());
  });
});
