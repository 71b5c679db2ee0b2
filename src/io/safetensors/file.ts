/** saveSafetensors and loadSafetensors: safetensors files on disk, read one piece at a time. */

import type { FileHandle } from "node:fs/promises";
import { FileError, inFile, onFile } from "../../file-error.js";
import type { StateDict } from "../../layers/state-dict.js";
import { nodeModules } from "../../node.js";
import { checkArgument, checkOptions } from "../../tensor/arguments.js";
import { aPath } from "../../tensor/kinds.js";
import { writeAtomically } from "../atomic-file.js";
import { EntryReader, pieces, readKinds, type SafetensorsFile, type SafetensorsReadOptions } from "./bytes.js";
import { type Header, headerLength, LENGTH_BYTES, type Metadata, parseHeader } from "./header.js";

/** What is read at a time: a multiple of every number's size. */
const PIECE_BYTES = 1 << 20;

/**
 * Writes a file that is either whole or not there, of the numbers that the tensors have at the call: they may change
 * while it is written.
 * @param path of the file; one that is there is replaced
 * @param tensors by their names
 * @param metadata strings to keep beside the tensors
 */
export async function saveSafetensors(path: string, tensors: StateDict, metadata: Metadata = {}): Promise<void> {
  checkArgument("saveSafetensors", "path", path, aPath);
  await writeAtomically(path, pieces("saveSafetensors", tensors, metadata));
}

/** The bytes of a file from `begin` to `end`, in pieces that are gone when the next comes. */
async function* read(file: FileHandle, begin: number, end: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(Math.min(PIECE_BYTES, end - begin));
  for (let at = begin; at < end; at += piece.length) {
    const wanted = piece.subarray(0, Math.min(piece.length, end - at));
    for (let filled = 0; filled < wanted.length; ) {
      const { bytesRead } = await file.read(wanted, filled, wanted.length - filled, at + filled);
      if (bytesRead === 0) throw new Error(`the file ends at byte ${at + filled} while it is read`);
      filled += bytesRead;
    }
    yield wanted;
  }
}

async function readWhole(file: FileHandle, begin: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - begin);
  let at = 0;
  for await (const piece of read(file, begin, end)) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The header, and where the first tensor begins. */
async function headerOf(file: FileHandle): Promise<{ header: Header; dataStart: number }> {
  const { size } = await file.stat();
  const start = await readWhole(file, 0, Math.min(LENGTH_BYTES, size));
  const dataStart = LENGTH_BYTES + headerLength(start, size);
  return { header: parseHeader(await readWhole(file, LENGTH_BYTES, dataStart), size - dataStart), dataStart };
}

async function readTensors(file: FileHandle, options: SafetensorsReadOptions): Promise<SafetensorsFile> {
  const { header, dataStart } = await headerOf(file);
  const { entries, metadata } = header;
  const tensors = new Map<string, StateDict[string]>();
  try {
    for (const entry of entries) {
      const reader = new EntryReader(entry, options);
      for await (const piece of read(file, dataStart + entry.begin, dataStart + entry.end)) reader.push(piece);
      tensors.set(entry.name, reader.tensor());
    }
  } catch (error) {
    for (const value of tensors.values()) value.dispose();
    throw error;
  }
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** Opens a file for `work`. @throws FileError */
async function withFile<T>(who: string, path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const { open } = nodeModules(who)("node:fs/promises");
  try {
    return await onFile(path, "read", async () => {
      const file = await open(path);
      return work(file).finally(() => file.close());
    });
  } catch (error) {
    const files = await filesIn(who, path);
    if (files.length === 0) throw inFile(path, error);
    throw new FileError(path, `it is a folder; name a file in it: ${files.join(", ")}`, { cause: error });
  }
}

/** The safetensors files in a folder: a run's, for one. None where there is no such folder. */
async function filesIn(who: string, path: string): Promise<string[]> {
  const { readdir } = nodeModules(who)("node:fs/promises");
  const names = await readdir(path).catch((): string[] => []);
  return names.filter((name) => name.endsWith(".safetensors")).sort();
}

/** All bytes of a file, once its header says that it is one: before memory is taken for it. */
export function readWholeFile(path: string): Promise<Uint8Array> {
  return withFile("loadSafetensors", path, async (file) => {
    await headerOf(file);
    return readWhole(file, 0, (await file.stat()).size);
  });
}

/** What is in a file's header, without its tensors. */
export function readHeader(path: string): Promise<Header> {
  return withFile("loadSafetensors", path, async (file) => (await headerOf(file)).header);
}

/**
 * Reads a file onto the current backend, a piece at a time: besides the tensors, memory holds one of them at most. For
 * what becomes of the numbers see `decodeSafetensors`.
 * @param path of the file
 * @throws FileError saying what is wrong with it; nothing has been taken then
 */
export async function loadSafetensors(path: string, options: SafetensorsReadOptions = {}): Promise<SafetensorsFile> {
  checkArgument("loadSafetensors", "path", path, aPath);
  checkOptions("loadSafetensors", options, readKinds);
  return withFile("loadSafetensors", path, (file) => readTensors(file, options));
}
