/** Sealed safetensors: files, or their bytes, that tell when anything in them was changed or damaged since. */

import { concatBytes } from "../../concat-bytes.js";
import { inFile } from "../../file-error.js";
import type { StateDict } from "../../layers/state-dict.js";
import type { Shape } from "../../tensor/shape.js";
import { writeAtomically } from "../atomic-file.js";
import { checkedValue } from "../checked.js";
import { contentsOf, decodeSafetensors, openBytes, type SafetensorsFile } from "./bytes.js";
import { readHeader, readWholeFile } from "./file.js";
import { encodeHeader, type Metadata } from "./header.js";

/** The entry of the metadata that has the digests of all that is in the file besides, by name. */
const SEAL = "sha256";

type Digests = Record<string, string>;

/** SHA-256, in hexadecimal digits, of a text and the bytes after it. */
async function sha256(text: string, bytes: Uint8Array = new Uint8Array()): Promise<string> {
  const { subtle } = globalThis.crypto;
  if (!subtle) {
    throw new Error(
      "a checkpoint has SHA-256 digests, by crypto.subtle, which browsers give to pages of https:// and http://localhost alone: " +
        "serve the page so, or keep the weights alone, by encodeSafetensors",
    );
  }
  const digest = await subtle.digest("SHA-256", concatBytes([new TextEncoder().encode(text), bytes]));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function digestsOfTexts(metadata: Metadata): Promise<Digests> {
  const digests: [string, string][] = [];
  for (const [name, text] of Object.entries(metadata)) digests.push([name, await sha256(text)]);
  return Object.fromEntries(digests);
}

/** A tensor, as a file has it. */
interface Content {
  readonly name: string;
  readonly dtype: string;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

/** A tensor's digest is of what it is, and then of its bytes. */
async function digestsOfTensors(contents: Iterable<Content>): Promise<Digests> {
  const digests: [string, string][] = [];
  for (const { name, dtype, shape, bytes } of contents) {
    digests.push([name, await sha256(`${dtype} ${JSON.stringify(shape)} `, bytes)]);
  }
  return Object.fromEntries(digests);
}

/** The pieces of a sealed file, with the numbers of the moment of the call. */
async function piecesOf(tensors: StateDict, metadata: Metadata): Promise<Uint8Array<ArrayBuffer>[]> {
  const bytes = await contentsOf(tensors);
  const contents = Object.entries(tensors).map(([name, { shape }], i) => ({
    name,
    dtype: "F32",
    shape,
    bytes: bytes[i],
  }));
  const digests = { metadata: await digestsOfTexts(metadata), tensors: await digestsOfTensors(contents) };
  return [encodeHeader(tensors, { ...metadata, [SEAL]: JSON.stringify(digests) }), ...bytes];
}

/** The bytes of a safetensors file with a SHA-256 digest of each tensor and of each entry of the metadata. */
export async function encodeSealed(tensors: StateDict, metadata: Metadata): Promise<Uint8Array<ArrayBuffer>> {
  return concatBytes(await piecesOf(tensors, metadata));
}

/** Writes the same as a file that is whole or not there, as `saveSafetensors` does. */
export async function saveSealed(path: string, tensors: StateDict, metadata: Metadata): Promise<void> {
  const pieces = piecesOf(tensors, metadata);
  // Whoever writes them hears of a failure; it may have failed before.
  pieces.catch(() => {});
  async function* each() {
    yield* await pieces;
  }
  await writeAtomically(path, each());
}

/** What of a file is not what it was, is new, or is missing. */
function differing(was: Digests, is: Digests): string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => was[name] !== is[name]);
}

function checkDigests(was: Digests, is: Digests): void {
  const names = differing(was, is);
  if (names.length === 0) return;
  throw new Error(
    `not what was written, in ${names.join(", ")}: the file was changed or damaged since. Take a copy of it, or another ` +
      "checkpoint",
  );
}

/** @returns the digests of the tensors */
async function checkMetadata({ [SEAL]: text, ...metadata }: Metadata): Promise<Digests> {
  if (text === undefined) {
    throw new Error(
      "this is no checkpoint, or one that another program has written anew: it has no digests of what is in it. To load " +
        "a file of weights alone: model.loadStateDict((await loadSafetensors(path)).tensors)",
    );
  }
  const { parseSeal } = await import("./seal.js");
  const digests = checkedValue(parseSeal(text, SEAL));
  checkDigests(digests.metadata, await digestsOfTexts(metadata));
  return digests.tensors;
}

/**
 * Reads what `encodeSealed` has given, and `saveSealed` written.
 * @throws Error naming what in it is not as it was written
 */
export async function decodeSealed(bytes: Uint8Array): Promise<SafetensorsFile> {
  const { entries, metadata, dataStart } = openBytes(bytes);
  const contents = entries.map(({ name, dtype, shape, begin, end }) => {
    return { name, dtype: dtype.name, shape, bytes: bytes.subarray(dataStart + begin, dataStart + end) };
  });
  checkDigests(await checkMetadata(metadata), await digestsOfTensors(contents));
  return decodeSafetensors(bytes);
}

/**
 * The same of a file.
 * @throws FileError naming the file, and what in it is not as it was written
 */
export async function loadSealed(path: string): Promise<SafetensorsFile> {
  const bytes = await readWholeFile(path);
  try {
    return await decodeSealed(bytes);
  } catch (error) {
    throw inFile(path, error);
  }
}

/** What the header of a file says, as far as that can be checked without reading a tensor. */
async function checkedHeader(path: string): Promise<{ metadata: Metadata; digests: Digests }> {
  const { metadata } = await readHeader(path);
  try {
    return { metadata, digests: await checkMetadata(metadata) };
  } catch (error) {
    throw inFile(path, error);
  }
}

/**
 * What is in the metadata, as far as that can be said without reading a tensor.
 * @throws FileError naming the file, and what in it is not as it was written
 */
export async function loadSealedMetadata(path: string): Promise<Metadata> {
  return (await checkedHeader(path)).metadata;
}

/**
 * The digests of the tensors, by name, as they were when the file was written: the same numbers have the same.
 * @throws FileError naming the file, and what of its metadata is not as it was written
 */
export async function sealedDigests(path: string): Promise<Digests> {
  return (await checkedHeader(path)).digests;
}
