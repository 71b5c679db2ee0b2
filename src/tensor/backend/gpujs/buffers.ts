/** Buffers of WebGPU that wait to be used again. */

export interface DeviceBuffer {
  destroy(): void;
}

export interface BufferDescriptor {
  readonly size: number;
  readonly usage: number;
}

export interface BufferMaker {
  createBuffer(descriptor: BufferDescriptor): DeviceBuffer;
}

/** STORAGE | COPY_SRC: what GPU.js makes results with, and nothing else. */
const RESULT = 0x84;

/** A buffer that nobody uses. */
interface Idle {
  readonly size: number;
  readonly buffer: DeviceBuffer;
  /** For good. */
  readonly destroy: () => void;
}

/** Results of every size, those in use counted, those that wait kept. */
class BufferPool {
  readonly #create: BufferMaker["createBuffer"];
  /** The one that has waited longest first. */
  readonly #idle = new Set<Idle>();
  readonly #bySize = new Map<number, Idle[]>();
  #idleBytes = 0;
  #liveBytes = 0;
  #mostLiveBytes = 0;

  constructor(create: BufferMaker["createBuffer"]) {
    this.#create = create;
  }

  /** A buffer of exactly this size, with whatever numbers were left in it: kernels overwrite them all. */
  take(descriptor: BufferDescriptor): DeviceBuffer {
    const { size } = descriptor;
    this.#liveBytes += size;
    this.#mostLiveBytes = Math.max(this.#mostLiveBytes, this.#liveBytes);
    const idle = this.#bySize.get(size)?.pop();
    if (idle) {
      this.#idle.delete(idle);
      this.#idleBytes -= size;
      return idle.buffer;
    }
    const buffer = this.#create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => this.#keep({ size, buffer, destroy });
    return buffer;
  }

  /** Steps that are alike find all their buffers again. No more waits than was ever in use at once. */
  #keep(idle: Idle): void {
    const { size } = idle;
    this.#liveBytes -= size;
    this.#idleBytes += size;
    this.#idle.add(idle);
    const sameSize = this.#bySize.get(size);
    if (sameSize) sameSize.push(idle);
    else this.#bySize.set(size, [idle]);
    for (const oldest of this.#idle) {
      if (this.#idleBytes <= this.#mostLiveBytes) return;
      this.#idle.delete(oldest);
      this.#idleBytes -= oldest.size;
      this.#bySize.get(oldest.size)?.shift();
      oldest.destroy();
    }
  }
}

const pooled = new WeakSet<BufferMaker>();

/**
 * Has a device make results out of those that were destroyed. GPU.js makes a new buffer for each, and a driver takes up
 * to a millisecond for one of some megabytes, longer than most kernels run.
 */
export function reuseBuffers(device: BufferMaker): void {
  if (pooled.has(device)) return;
  pooled.add(device);
  const prototype: BufferMaker = Object.getPrototypeOf(device);
  const create: BufferMaker["createBuffer"] = (descriptor) => prototype.createBuffer.call(device, descriptor);
  const pool = new BufferPool(create);
  device.createBuffer = (descriptor) => (descriptor.usage === RESULT ? pool.take(descriptor) : create(descriptor));
}
