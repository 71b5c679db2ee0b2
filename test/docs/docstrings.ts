/** Reads the docstrings of every exported name, and says what is missing in them. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ESTree, parseSync } from "vite";

/** What a name in src/index.ts stands for. */
interface Declared {
  readonly name: string;
  readonly file: string;
  readonly node: ESTree.Node;
  readonly doc: string;
}

interface Module {
  readonly file: string;
  readonly text: string;
  readonly program: ESTree.Program;
  /** The text of the doc comment that ends right before `at`, or nothing. */
  docBefore(at: number): string;
}

function read(file: string): Module {
  const text = readFileSync(file, "utf8");
  const { program, comments } = parseSync(file, text);
  const docs = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"));
  const docBefore = (at: number) => {
    const doc = docs.findLast(({ end }) => end <= at && text.slice(end, at).trim() === "");
    return doc ? doc.value.replace(/^\s*\*+ ?/gm, "").trim() : "";
  };
  return { file, text, program, docBefore };
}

/** The declarations of a module by their names, each with its doc; overloads give several. */
function declarations({ file, program, docBefore }: Module): Declared[] {
  return program.body.flatMap((statement): Declared[] => {
    if (statement.type !== "ExportNamedDeclaration" || !statement.declaration) return [];
    const doc = docBefore(statement.start);
    const { declaration } = statement;
    if (declaration.type === "VariableDeclaration") {
      return declaration.declarations.map((node) => ({ name: nameOf(node.id), file, node, doc }));
    }
    return "id" in declaration && declaration.id
      ? [{ name: nameOf(declaration.id), file, node: declaration, doc }]
      : [];
  });
}

function nameOf(node: ESTree.Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "AssignmentPattern") return nameOf(node.left);
  if (node.type === "RestElement") return nameOf(node.argument);
  if (node.type === "TSParameterProperty") return nameOf(node.parameter);
  return "";
}

/** What the public names of `index` stand for; names that are exported from other packages are not looked into. */
export function exportedDeclarations(index: string): Declared[] {
  return read(index).program.body.flatMap((statement) => {
    if (statement.type !== "ExportNamedDeclaration" || !statement.source) return [];
    const file = join(dirname(index), statement.source.value.replace(/\.js$/, ".ts"));
    const found = declarations(read(file));
    return statement.specifiers.flatMap(({ local }) => {
      const named = found.filter(({ name }) => name === (local as ESTree.IdentifierName).name);
      if (named.length === 0) throw new Error(`${file} does not declare ${JSON.stringify(local)}`);
      return named;
    });
  });
}

/**
 * What goes without saying: a tensor, a shape, a path, who asks (for messages), options, which have docs of their own, and
 * what is given behind the last argument, which is refused.
 */
const OBVIOUS = ["x", "shape", "path", "who", "options", "more"];

/** Whether the doc speaks of a parameter: by @param, or by its name somewhere in the text. */
const mentions = (doc: string, name: string) =>
  new RegExp(`(?<![\\w$])${name.replace("$", "\\$")}(?![\\w$])`).test(doc);

/** Whether something in `node`, but for functions inside it, throws. */
function throws(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(throws);
  if (typeof node !== "object" || node === null) return false;
  const { type } = node as ESTree.Node;
  if (type === "ThrowStatement") return true;
  if (type?.includes("Function")) return false;
  return Object.values(node).some(throws);
}

type Callable = Pick<ESTree.Function, "params" | "body">;

/** What is missing in the doc of something that is called. */
function missingInCallable(what: string, { params, body }: Callable, doc: string): string[] {
  if (doc === "") return [`${what}: no docstring`];
  const unnamed = params.map(nameOf).filter((name) => name !== "" && !OBVIOUS.includes(name) && !mentions(doc, name));
  return [
    ...unnamed.map((name) => `${what}: nothing about ${name}`),
    ...(throws(body?.body) && !doc.includes("@throws") ? [`${what}: throws, without @throws`] : []),
  ];
}

function missingInClass(what: string, module: Module, { body, superClass, implements: types }: ESTree.Class): string[] {
  // Users catch errors, and make none.
  const isError = superClass?.type === "Identifier" && superClass.name.endsWith("Error");
  return body.body.flatMap((member) => {
    if (!("key" in member) || member.key.type === "PrivateIdentifier" || member.static === undefined) return [];
    if ("accessibility" in member && member.accessibility === "private") return [];
    if ("override" in member && member.override) return [];
    const name = `${what}.${nameOf(member.key)}`;
    const doc = module.docBefore(member.start);
    // What an interface asks for is documented there.
    if (doc.startsWith("Internal") || (types?.length && nameOf(member.key) !== "constructor")) return [];
    if (member.type === "MethodDefinition" && member.kind !== "get" && member.kind !== "set") {
      const obvious = member.kind === "constructor" && (isError || member.value.params.length === 0);
      return obvious ? [] : missingInCallable(name, member.value, doc);
    }
    return doc === "" ? [`${name}: no docstring`] : [];
  });
}

function missingInMembers(what: string, module: Module, members: readonly ESTree.Node[]): string[] {
  return members.flatMap((member) => {
    if (member.type !== "TSPropertySignature" && member.type !== "TSMethodSignature") return [];
    return module.docBefore(member.start) === "" ? [`${what}.${nameOf(member.key)}: no docstring`] : [];
  });
}

/** What is missing in the docs of one name, a line each. */
export function missing({ name, file, node, doc }: Declared): string[] {
  const module = read(file);
  const none = doc === "" ? [`${name}: no docstring`] : [];
  if (node.type === "FunctionDeclaration" || node.type === "TSDeclareFunction")
    return missingInCallable(name, node, doc);
  if (node.type === "VariableDeclarator") {
    return node.init?.type === "ArrowFunctionExpression" ? missingInCallable(name, node.init as never, doc) : none;
  }
  if (node.type === "ClassDeclaration") return [...none, ...missingInClass(name, module, node)];
  // Whose options they are, the name says.
  if (node.type === "TSInterfaceDeclaration") {
    if (name.endsWith("Options")) return missingInMembers(name, module, node.body.body);
    // What kernels are told goes by its usual letters, which the doc of the whole has.
    const isData = node.body.body.every(({ type }) => type === "TSPropertySignature");
    if (file.endsWith("/backend/backend.ts") && isData) return none;
    return [...none, ...missingInMembers(name, module, node.body.body)];
  }
  return none;
}
