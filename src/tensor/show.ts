/** show: what was given, in words. */

const withArticle = (noun: string) => `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;

/** Whether something has to be awaited. */
export function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | undefined | null)?.then === "function";
}

/** A value as a message shows it: short, and without ever failing. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "function") return value.name ? `the function ${value.name}` : "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (isPromise(value)) return "a promise";
  if (Array.isArray(value)) {
    const few = value.length <= 8 && value.every((item) => typeof item !== "object" && typeof item !== "function");
    return few ? `[${Array.from(value, show).join(", ")}]` : `an array of ${value.length}`;
  }
  const name = value.constructor?.name ?? "object";
  if (ArrayBuffer.isView(value)) return `${withArticle(name)} of ${value.byteLength} bytes`;
  const { shape } = value as { shape?: unknown };
  if (Array.isArray(shape)) return `${withArticle(name)} ${show(shape)}`;
  if (name !== "Object") return withArticle(name);
  const keys = Object.keys(value).slice(0, 4);
  return keys.length === 0 ? "an empty object" : `an object { ${keys.join(", ")} }`;
}
