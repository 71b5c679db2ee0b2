/** What of Watch has nothing to show or to say before the first step: curves, a hint, and all that is below the faces. */

import { Confusion } from "./confusion.js";
import { Filters } from "./filters.js";
import "./rest.css";
import { SettingsForm } from "./settings-form.js";
import { Spoken } from "./spoken.js";
import { Stages } from "./stages.js";

export { Closing } from "../closing.js";
export { Curves } from "./curves.js";
export { Hint } from "./hint.js";
export { Notices } from "./notices.js";

export function Below() {
  return (
    <>
      <Spoken />
      <div class="pair below">
        <Filters />
        <Confusion />
      </div>
      <Stages />
      <SettingsForm />
    </>
  );
}
