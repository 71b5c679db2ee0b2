/** Takes the place of what the library says to a programmer: the page's own program has been checked before it was built. */

/* @__NO_SIDE_EFFECTS__ */
const nothing = () => undefined;

export const nearestName = nothing;
export const plain = nothing;
export const slipOf = nothing;

export const fixFields = nothing;
export const guard = nothing;
export const guardMembers = nothing;
export const isComplete = nothing;
export const makeComplete = nothing;
export const refuseForeignNames = nothing;
export const refuseModuleNames = nothing;
export const refuseNames = nothing;
export const refuseOtherNames = nothing;
export const refuseSpellings = nothing;

export const printNumbers = nothing;

export const isPromise = nothing;
export const show = nothing;
