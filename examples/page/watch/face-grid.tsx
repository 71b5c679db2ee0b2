/** FaceGrid: the faces that the net is asked about, each framed by its opinion. */

import type { ComponentChildren } from "preact";
import { Picture } from "../picture.js";
import { choose, chosen, faces, look } from "./state.js";
import { NAMES, opinionOf, percent } from "./words.js";

/** A frame's strength: nothing where the net does not know, all where it is sure. */
export function strength(sure: number): string {
  return String(Math.max(0, 2 * sure - 1).toFixed(2));
}

/** One face as a button that has it followed through the net. */
export function Face({ face }: { face: number }) {
  const image = faces.value.pictures[face];
  const label = faces.value.labels[face];
  const covered = look.value?.covered[face];
  const about = `Face ${face + 1}: ${NAMES[label]}`;
  const pressed = chosen.value === face;
  if (covered === undefined) {
    return (
      <button type="button" class="face" aria-label={about} aria-pressed={pressed} onClick={() => choose(face)}>
        <Picture image={image} />
      </button>
    );
  }
  const opinion = opinionOf(covered);
  const right = opinion.label === label;
  return (
    <button
      type="button"
      class={right ? "face" : "face wrong"}
      data-opinion={NAMES[opinion.label]}
      style={{ "--sure": strength(opinion.sure) }}
      aria-label={`${about}; the net says ${NAMES[opinion.label]}, ${percent(opinion.sure)}${right ? "" : ", which is wrong"}`}
      aria-pressed={pressed}
      onClick={() => choose(face)}
    >
      <Picture image={image} />
    </button>
  );
}

export function FaceGrid({ children }: { children: ComponentChildren }) {
  return (
    <section class="faces" aria-labelledby="faces-title">
      <h2 id="faces-title">What it says to faces that it has never seen</h2>
      <p class="legend">
        <span>
          <span class="key" data-opinion="covered" /> covered
        </span>
        <span>
          <span class="key" data-opinion="not covered" /> not covered: the surer, the stronger
        </span>
        <span>
          <span class="key wrong" /> wrong
        </span>
      </p>
      <div class="grid">
        {faces.value.pictures.map((_, face) => (
          <Face key={face} face={face} />
        ))}
      </div>
      {children}
    </section>
  );
}
