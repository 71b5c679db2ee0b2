/** Closing: what stands below every section. */

import { REFERENCE, SOURCE } from "./links.js";

export function Closing() {
  return (
    <p class="closing">
      Everything on this page is computed in this tab, by <a href={SOURCE}>torchlet</a>: its own tensors, gradients and
      kernels, with no other library underneath. The faces are drawn by a program; nobody was photographed.
      {REFERENCE && (
        <>
          {" "}
          <a href={REFERENCE}>The reference of the API</a> has every function of it.
        </>
      )}
    </p>
  );
}
