/** What of Watch has nothing to show before the first step: the curves, and all that is below the faces. */

import { Confusion } from "./confusion.js";
import { Filters } from "./filters.js";
import "./rest.css";
import { SettingsForm } from "./settings-form.js";
import { Stages } from "./stages.js";

export { Curves } from "./curves.js";

export function Below() {
  return (
    <>
      <div class="pair">
        <Filters />
        <Confusion />
      </div>
      <Stages />
      <SettingsForm />
    </>
  );
}
