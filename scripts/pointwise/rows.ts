/** Reads the table of pointwise operations out of its source. */

import { readdirSync, readFileSync } from "node:fs";
import { type ESTree, parseSync } from "vite";
import { type Expression, FormulaReader } from "./expression.js";

export interface Formula {
  /** As the row writes it. */
  readonly text: string;
  /** One for each number that it is called with; those that the row leaves out begin with an underscore. */
  readonly parameters: readonly string[];
  /** The parameters that it makes use of. */
  readonly reads: ReadonlySet<string>;
  readonly result: Expression;
}

export interface UnaryRow {
  readonly name: string;
  readonly f: Formula;
  readonly df: Formula;
  readonly saves: "x" | "y";
}

export interface BinaryRow {
  readonly name: string;
  readonly f: Formula;
}

export interface Table {
  readonly unary: readonly UnaryRow[];
  readonly binary: readonly BinaryRow[];
}

/** A row as it stands in the source: `unary("relu", { f: …, df: …, saves: "y" })`. */
class Row {
  readonly kind: string;
  readonly name: string;
  /** For errors: the file, the line and the name. */
  readonly where: string;
  readonly #source: string;
  readonly #object: ESTree.ObjectExpression;

  constructor(file: string, source: string, kind: string, call: ESTree.CallExpression) {
    const [name, object] = call.arguments;
    const line = source.slice(0, call.start).split("\n").length;
    if (name?.type !== "Literal" || typeof name.value !== "string" || object?.type !== "ObjectExpression") {
      throw new Error(`${file}:${line}: a row is a name and an object, both written out`);
    }
    this.kind = kind;
    this.name = name.value;
    this.where = `${file}:${line}: ${this.name}`;
    this.#source = source;
    this.#object = object;
  }

  #property(key: string): ESTree.Node | undefined {
    for (const property of this.#object.properties) {
      if (property.type !== "Property" || property.key.type !== "Identifier") continue;
      if (property.key.name === key) return property.value;
    }
    return undefined;
  }

  /** @param numbers What the formula is called with. */
  formula(key: "f" | "df", numbers: readonly string[]): Formula {
    const node = this.#property(key);
    if (node?.type !== "ArrowFunctionExpression" || !node.expression) {
      throw new Error(`${this.where}: ${key} must be an arrow function of one expression`);
    }
    const own = node.params.map((parameter) => {
      if (parameter.type !== "Identifier") throw new Error(`${this.where}: ${key} must take plain names`);
      return parameter.name;
    });
    if (own.length > numbers.length) {
      throw new Error(`${this.where}: ${key} takes ${own.length} numbers, and is called with ${numbers.join(", ")}`);
    }
    const reader = new FormulaReader(this.#source, `${this.where}: ${key}`, own);
    const result = reader.number(node.body);
    const parameters = numbers.map((number, i) => own[i] ?? `_${number}`);
    return { text: this.#source.slice(node.start, node.end), parameters, reads: reader.reads, result };
  }

  unary(): UnaryRow {
    const f = this.formula("f", ["x", "a", "b"]);
    const df = this.formula("df", ["g", "x", "y", "a", "b"]);
    const node = this.#property("saves");
    const saves = node?.type === "Literal" ? node.value : undefined;
    if (saves !== "x" && saves !== "y") throw new Error(`${this.where}: saves must be "x" or "y"`);
    const lost = df.parameters[saves === "x" ? 2 : 1];
    if (df.reads.has(lost)) throw new Error(`${this.where}: df reads ${lost}, but only ${saves} is saved`);
    return { name: this.name, f, df, saves };
  }

  binary(): BinaryRow {
    return { name: this.name, f: this.formula("f", ["a", "b"]) };
  }
}

/**
 * @param file What errors call the source.
 * @throws Error naming the row that no kernel can be made from, and why
 */
export function readTable(file: string, source: string): Table {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const rows: Row[] = [];
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { init } of declaration.declarations) {
      if (init?.type !== "CallExpression" || init.callee.type !== "Identifier") continue;
      const { name } = init.callee;
      if (name === "unary" || name === "unaryRule" || name === "binary") rows.push(new Row(file, source, name, init));
    }
  }
  const isBinary = ({ kind }: Row) => kind === "binary";
  return {
    unary: rows.filter((row) => !isBinary(row)).map((row) => row.unary()),
    binary: rows.filter(isBinary).map((row) => row.binary()),
  };
}

const FOLDER = "src/tensor/ops/pointwise";

/** The table of the operations, out of all files of its folder. */
export function readPointwiseTable(): Table {
  const folder = new URL(`../../${FOLDER}/`, import.meta.url);
  const tables = readdirSync(folder)
    .sort()
    .map((name) => readTable(`${FOLDER}/${name}`, readFileSync(new URL(name, folder), "utf8")));
  return { unary: tables.flatMap(({ unary }) => unary), binary: tables.flatMap(({ binary }) => binary) };
}
