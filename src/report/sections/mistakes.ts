/** What the net gets wrong: the pairs of classes that it confuses, and the photographs that it is sure about, and wrong. */

import { basename } from "node:path";
import { count, plural } from "../../text.js";
import { grid, type Picture, pictures, trios } from "../blocks.js";
import { type Confusion, confusions } from "../confusions.js";
import type { Examination } from "../examine.js";
import { percent, shortened } from "../format.js";
import { type Html, html, named } from "../html.js";
import type { Section } from "../page.js";
import { jpegUri, thumbnail } from "../pictures.js";
import { captionOf, explained, REASONS } from "./reasons.js";

/** Pairs that are shown, and photographs of each. */
const PAIRS = 6;
const EXAMPLES = 4;

/** Pairs that are not folded on a phone. */
const OPEN_PAIRS = 3;

/** Mistakes that are shown, the surest first; the first of them with what the net looked at. */
const MISTAKES = 29;
const EXPLAINED = 9;

async function cardOf(examination: Examination, pair: Confusion, mistakes: readonly number[]): Promise<Html> {
  const { predictions, data } = examination;
  const { classes, labels, predicted } = predictions;
  const examples: Picture[] = [];
  const ofPair = mistakes.filter((i) => labels[i] === pair.is && predicted[i] === pair.called);
  for (const i of ofPair.slice(0, EXAMPLES)) {
    const file = basename(data.test.files[i]);
    const uri = await jpegUri(await thumbnail(data.test, i));
    examples.push({ uri, alt: file, caption: percent(predictions.confidence(i), 1) });
  }
  return html`<div class="card"><h4>${named(classes[pair.is])} → ${named(classes[pair.called])}</h4>
<p class="muted">${count(pair.count)} of ${count(pair.of)}, ${percent(pair.count / pair.of, 1)}</p>${pictures(examples)}</div>\n`;
}

async function mostConfused(examination: Examination, mistakes: readonly number[]): Promise<Html> {
  const cards: Html[] = [];
  for (const pair of confusions(examination.predictions).slice(0, PAIRS)) {
    cards.push(await cardOf(examination, pair, mistakes));
  }
  return html`<h3>Most confused</h3>
<p>True class → predicted class, with how many of the true class these are. Under each photograph stands how sure the
net was of the wrong class.</p>
${grid("cards", cards, OPEN_PAIRS, `${cards.length - OPEN_PAIRS} more`)}`;
}

async function surest(examination: Examination, mistakes: readonly number[]): Promise<Html> {
  const withMaps = [];
  for (const i of mistakes.slice(0, EXPLAINED)) withMaps.push(await explained(examination, i));
  const others: Picture[] = [];
  for (const i of mistakes.slice(EXPLAINED, MISTAKES)) {
    const { data } = examination;
    const uri = await jpegUri(await thumbnail(data.test, i));
    others.push({ uri, alt: shortened(data.test.files[i], 60), caption: captionOf(examination, i) });
  }
  const which = mistakes.length > MISTAKES ? `The ${MISTAKES} mistakes of which the net was surest` : "All mistakes";
  return html`<h3>Surest mistakes</h3>
<p>${which}, the surest first: true class → predicted class, and how sure the net was. A look at them often finds wrong labels. The first ones come with the net's reasons for the wrong class.</p>
${REASONS}
${trios(withMaps)}
${pictures(others, "", 0, "more without reasons")}`;
}

export async function mistakesSection(examination: Examination): Promise<Section> {
  const { predictions } = examination;
  const mistakes = predictions.mistakes();
  const base = { id: "mistakes", title: "What it gets wrong", charts: [] };
  if (mistakes.length === 0) {
    return { ...base, body: html`<p>Nothing: every test photograph is called what it is.</p>` };
  }
  return {
    ...base,
    body: html`<p>${plural(mistakes.length, "mistake")} in ${plural(predictions.length, "test photograph")}.</p>
${await mostConfused(examination, mistakes)}
${await surest(examination, mistakes)}`,
  };
}
