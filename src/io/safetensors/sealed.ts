/** saveSealed and loadSealed: safetensors files that tell when anything in them was changed or damaged since. */

import type { Hash } from "node:crypto";
import { FileError } from "../../file-error.js";
import type { StateDict } from "../../layers/module.js";
import { nodeModules } from "../../node.js";
import type { Shape } from "../../tensor/shape.js";
import { writeAtomically } from "../atomic-file.js";
import { outputOf } from "../checked.js";
import { contentsOf, type SafetensorsFile } from "./bytes.js";
import { readHeader, readSafetensors } from "./file.js";
import { encodeHeader, type Metadata } from "./header.js";

/** The entry of the metadata that has the digests of all that is in the file besides, by name. */
const SEAL = "sha256";

type Digests = Record<string, string>;

type Hashes = readonly (readonly [name: string, hash: Hash])[];

function startHash(): Hash {
  return nodeModules("a checkpoint")("node:crypto").createHash("sha256");
}

/** A tensor's digest is of what it is, and then of its bytes. */
function startTensorHash(dtype: string, shape: Shape): Hash {
  return startHash().update(`${dtype} ${JSON.stringify(shape)} `);
}

function digestsOf(hashes: Hashes): Digests {
  return Object.fromEntries(hashes.map(([name, hash]) => [name, hash.digest("hex")]));
}

function digestsOfTexts(metadata: Metadata): Digests {
  return digestsOf(Object.entries(metadata).map(([name, text]) => [name, startHash().update(text)]));
}

/**
 * Writes a file that is whole or not there, as `saveSafetensors` does, with a SHA-256 digest of each tensor and of each
 * entry of the metadata.
 */
export async function saveSealed(path: string, tensors: StateDict, metadata: Metadata): Promise<void> {
  const contents = contentsOf(tensors);
  async function* pieces() {
    const bytes = await contents;
    const hashes = Object.entries(tensors).map(
      ([name, { shape }], i) => [name, startTensorHash("F32", shape).update(bytes[i])] as const,
    );
    const seal = JSON.stringify({ metadata: digestsOfTexts(metadata), tensors: digestsOf(hashes) });
    yield encodeHeader(tensors, { ...metadata, [SEAL]: seal });
    yield* bytes;
  }
  await writeAtomically(path, pieces());
}

/** What of a file is not what it was, is new, or is missing. */
function differing(was: Digests, is: Digests): string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => was[name] !== is[name]);
}

function checkDigests(path: string, was: Digests, is: Digests): void {
  const names = differing(was, is);
  if (names.length === 0) return;
  throw new FileError(
    path,
    `not what was written, in ${names.join(", ")}: the file was changed or damaged since. Take a copy of it, or another ` +
      "checkpoint",
  );
}

/** @returns the digests of the tensors */
async function checkMetadata(path: string, { [SEAL]: text, ...metadata }: Metadata): Promise<Digests> {
  if (text === undefined) {
    throw new FileError(
      path,
      "this is no checkpoint, or one that another program has written anew: it has no digests of what is in it. To load " +
        "a file of weights alone: model.loadStateDict((await loadSafetensors(path)).tensors)",
    );
  }
  const { parseSeal } = await import("./seal.js");
  const digests = outputOf(path, parseSeal(text, SEAL));
  checkDigests(path, digests.metadata, digestsOfTexts(metadata));
  return digests.tensors;
}

/**
 * Reads what `saveSealed` has written.
 * @throws FileError naming the file, and what in it is not as it was written
 */
export async function loadSealed(path: string): Promise<SafetensorsFile> {
  const hashes: [string, Hash][] = [];
  const { tensors, metadata } = await readSafetensors(path, {}, ({ name, dtype, shape }) => {
    const hash = startTensorHash(dtype.name, shape);
    hashes.push([name, hash]);
    return (bytes) => hash.update(bytes);
  });
  try {
    checkDigests(path, await checkMetadata(path, metadata), digestsOf(hashes));
  } catch (error) {
    for (const value of Object.values(tensors)) value.dispose();
    throw error;
  }
  return { tensors, metadata };
}

/**
 * What is in the metadata, as far as that can be said without reading a tensor.
 * @throws FileError naming the file, and what in it is not as it was written
 */
export async function loadSealedMetadata(path: string): Promise<Metadata> {
  const { metadata } = await readHeader(path);
  await checkMetadata(path, metadata);
  return metadata;
}
