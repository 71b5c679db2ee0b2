/** Buffers of results are used again, and no more of them wait than were in use. */

import { describe, expect, it } from "vitest";
import { type BufferDescriptor, type BufferMaker, reuseBuffers } from "../../src/tensor/backend/gpujs/buffers.js";

const RESULT = 0x84;

/** Counts what it makes, and what is gone for good. */
class FakeDevice implements BufferMaker {
  made = 0;
  gone = 0;

  createBuffer(_descriptor: BufferDescriptor) {
    this.made++;
    return { destroy: () => void this.gone++ };
  }
}

function reusing(): FakeDevice {
  const device = new FakeDevice();
  reuseBuffers(device);
  return device;
}

const result = (device: BufferMaker, size: number) => device.createBuffer({ size, usage: RESULT });

describe("a result's buffer", () => {
  it("is made out of one that was destroyed, of exactly its size", () => {
    const device = reusing();
    const [first, second] = [result(device, 64), result(device, 64)];
    expect(second).not.toBe(first);
    first.destroy();
    expect(result(device, 32)).not.toBe(first);
    expect(result(device, 64)).toBe(first);
    expect(device).toMatchObject({ made: 3, gone: 0 });
  });

  it("can be destroyed and used again any number of times: a loop makes none after its first turn", () => {
    const device = reusing();
    for (let turn = 0; turn < 10; turn++) {
      const all = [16, 32, 16, 64].map((size) => result(device, size));
      for (const one of all) one.destroy();
    }
    expect(device).toMatchObject({ made: 4, gone: 0 });
  });

  it("is gone for good, the longest waiting first, when more wait than were ever in use", () => {
    const device = reusing();
    const oldest = result(device, 100);
    oldest.destroy();
    const next = result(device, 40);
    next.destroy(); // 140 bytes wait where never more than 100 were in use.
    expect(device).toMatchObject({ made: 2, gone: 1 });
    expect(result(device, 100)).not.toBe(oldest);
    expect(result(device, 40)).toBe(next);
  });

  it("is none that GPU.js writes to or maps", () => {
    const device = reusing();
    device.createBuffer({ size: 64, usage: 0x88 }).destroy();
    expect(device.gone).toBe(1);
  });

  it("belongs to one pool, however many kernels find the device", () => {
    const device = reusing();
    const first = result(device, 64);
    reuseBuffers(device);
    first.destroy();
    expect(result(device, 64)).toBe(first);
  });
});
