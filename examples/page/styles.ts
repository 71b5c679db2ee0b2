/** What is done before an import(): its style sheets are loaded. */

const loading = new Map<string, Promise<unknown>>();

function load(href: string): Promise<unknown> {
  const link = document.createElement("link");
  const loaded = new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = reject;
  });
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
  return loaded;
}

function styleAt(href: string): Promise<unknown> {
  const known = loading.get(href) ?? load(href);
  loading.set(href, known);
  return known;
}

/** Vite calls it by this name, with the files that the import needs, as addresses relative to the importing one. */
export async function __vitePreload<T>(part: () => Promise<T>, files: readonly string[] = [], from = ""): Promise<T> {
  const styles = files.filter((file) => file.endsWith(".css"));
  await Promise.all(styles.map((file) => styleAt(new URL(file, from).href)));
  return part();
}
