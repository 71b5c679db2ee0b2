/** What vite makes of files that are no modules by themselves. */

/** Of a worker's file: its address. */
declare module "*?worker&url" {
  const address: string;
  // biome-ignore lint/style/noDefaultExport: vite gives it so
  export default address;
}

declare module "*.css";

interface ImportMeta {
  readonly env: { readonly VITE_REFERENCE?: string };
}
