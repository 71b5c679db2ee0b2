/** Filters: the numbers of the first layer, as the colours that they answer to most. */

import { Picture } from "../picture.js";
import { look } from "./state.js";

export function Filters() {
  const filters = look.value?.filters ?? [];
  return (
    <section aria-labelledby="filters-title">
      <h2 id="filters-title">What the first layer looks for</h2>
      <p>
        Each of these squares is a filter of {filters[0]?.width ?? 3} × {filters[0]?.height ?? 3} pixels that is slid
        over the face. They begin as noise; edges and colours come out of it.
      </p>
      <div class="filters">
        {filters.map((image, i) => (
          <Picture key={i} image={image} label={`Filter ${i + 1}`} />
        ))}
      </div>
    </section>
  );
}
