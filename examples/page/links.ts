/** Where more of torchlet is to be found. */

export const SOURCE = "https://www.npmjs.com/package/torchlet";

/** Where the reference of the API lies, on sites that have it. */
export const REFERENCE = import.meta.env.VITE_REFERENCE;
