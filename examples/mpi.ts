/** Mpi: what processes that train together say to each other, by the system's Open MPI. */

import koffi, { type LibraryHandle } from "koffi";

/** Where Linux and macOS have it, as a version is installed or not. */
const NAMES = ["libmpi.so.40", "libmpi.so", "libmpi.dylib"];

function load(): LibraryHandle {
  for (const name of NAMES) {
    try {
      // Open MPI loads parts of itself later, which look for its symbols.
      return koffi.load(name, { global: true });
    } catch {
      // Not this name.
    }
  }
  throw new Error(`no Open MPI: none of ${NAMES.join(", ")} can be loaded (Debian: apt-get install openmpi-bin)`);
}

/** All processes that `mpirun` has started, seen from one of them. */
export class Mpi {
  /** Which one this is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** Sums an array over all processes. */
  readonly #sum: (own: Float32Array, sums: Float32Array) => void;
  readonly #barrier: () => void;
  readonly #finalize: () => void;

  constructor() {
    const lib = load();
    /** A function of MPI's, which gives 0 unless something is wrong. */
    const declared = (prototype: string) => {
      const call = lib.func(`int ${prototype}`);
      return (...inputs: unknown[]) => {
        const code: number = call(...inputs);
        if (code !== 0) throw new Error(`${prototype}: error ${code}`);
      };
    };
    // What mpi.h calls MPI_COMM_WORLD, MPI_FLOAT and MPI_SUM.
    const [world, float, sum] = ["ompi_mpi_comm_world", "ompi_mpi_float", "ompi_mpi_op_sum"].map((name) =>
      lib.symbol(name, "int"),
    );
    declared("MPI_Init(void *argc, void *argv)")(null, null);
    const numberOf = (prototype: string): number => {
      const number = Int32Array.of(0);
      declared(prototype)(world, number);
      return number[0];
    };
    this.rank = numberOf("MPI_Comm_rank(void *comm, void *rank)");
    this.size = numberOf("MPI_Comm_size(void *comm, void *size)");
    const allreduce = declared(
      "MPI_Allreduce(void *own, void *all, int count, void *type, void *operation, void *comm)",
    );
    this.#sum = (own, sums) => allreduce(own, sums, own.length, float, sum, world);
    const barrier = declared("MPI_Barrier(void *comm)");
    this.#barrier = () => barrier(world);
    this.#finalize = declared("MPI_Finalize()");
  }

  /** The mean of each number over all processes, to the same bits in all of them. */
  mean(own: Float32Array): Float32Array {
    const sums = new Float32Array(own.length);
    this.#sum(own, sums);
    return sums.map((sum) => sum / this.size);
  }

  /** Waits until all processes are here. */
  barrier(): void {
    this.#barrier();
  }

  /** The last that is to be said: without it, `mpirun` takes the end of a process for a crash. */
  finalize(): void {
    this.#finalize();
  }
}
