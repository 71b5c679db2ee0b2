/** Notices: what went wrong, what does not run here, and what of the address cannot be. */

import { SETTINGS } from "../settings.js";
import { began, problem, settings, wrongNames } from "./state.js";

/** What went wrong, in the library's words, and a way on. */
function Problem() {
  if (problem.value === undefined) return null;
  return (
    <p class="problem" role="alert">
      <strong>It has stopped.</strong> {problem.value}
    </p>
  );
}

/** What does not run here, and what does in its place. */
function Refusal() {
  const reason = began.value?.refusal;
  if (reason === undefined) return null;
  return (
    <p class="problem" role="status">
      {SETTINGS.backend.options[settings.value.backend]} does not compute here, so WebAssembly does. {reason}
    </p>
  );
}

function WrongNames() {
  if (wrongNames.length === 0) return null;
  return (
    <p class="problem" role="status">
      What the address says of {wrongNames.join(" and ")} cannot be; it is taken as usual.
    </p>
  );
}

export function Notices() {
  return (
    <>
      <WrongNames />
      <Refusal />
      <Problem />
    </>
  );
}
