/** Chart: a drawing for the page and for a file of its own, made by Plot. */

import type * as PlotModule from "@observablehq/plot";
import { roomFor } from "../format.js";
import { escapeText } from "../html.js";

export interface Chart {
  /** Of the file, without .svg. */
  readonly name: string;
  readonly title: string;
  /** For the page: in the page's own colour of text, on its background. */
  readonly svg: string;
  /** For a file: dark on white, whoever shows it. */
  readonly file: string;
  /** Below the drawing, on the page. */
  readonly note?: string;
  /** Takes the height of two others, or the width of the page, or has small print: a phone scrolls the latter two. */
  readonly shape?: "tall" | "wide" | "fine";
}

/** Seen on white and on dark alike, and told apart by those who cannot see all colours. */
export const COLORS = { blue: "#3a86c8", orange: "#e07b22", green: "#2a9d74", purple: "#a86fb5", grey: "#888888" };

/** For the parts of the data, wherever they are drawn. */
export const SPLIT_COLORS = { train: COLORS.blue, validation: COLORS.green, test: COLORS.orange };

/** For a list of things, by position. */
export const PALETTE = Object.values(COLORS).slice(0, 4);

/** An axis from 0 to 1. */
export const UNIT = { domain: [0, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] };

/** The width of a page, in pixels. */
export const PAGE = 1180;

/** Pixels that a Latin letter takes, about. */
const CHARACTER = 7;

/** Draws charts. */
export type Plot = typeof PlotModule;

export interface Legend {
  names: readonly string[];
  colors: readonly string[];
}

export interface ChartOptions
  extends Omit<PlotModule.PlotOptions, "title">,
    Pick<Chart, "name" | "title" | "note" | "shape"> {
  /** What can be seen, for those who do not see it. Default: the title and the legend. */
  alt?: string;
  /** Above the drawing. */
  legend?: Legend;
  /** Of all text but what a mark says otherwise; in pixels. Default 12. */
  fontSize?: number;
}

/** Where each entry of a legend begins: one after another, in as many rows as it takes. */
function legendPlaces(names: readonly string[], width: number): { x: number; row: number }[] {
  let [x, row] = [0, 0];
  return names.map((name) => {
    const needed = CHARACTER * roomFor(name) + 26;
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    const place = { x, row };
    x += needed;
    return place;
  });
}

/** Pixels that the longest of some labels takes beside an axis. */
export function labelWidth(labels: readonly string[]): number {
  return 14 + CHARACTER * Math.max(...labels.map(roomFor));
}

/** An element as XML: the text that linkedom makes of one leaves & and < in attributes as they are. */
function asXml(node: Node): string {
  if (!("attributes" in node)) return escapeText(node.textContent ?? "");
  const { localName, attributes, childNodes } = node as Element;
  const written = Array.from(attributes, ({ name, value }) => ` ${name}="${escapeText(value)}"`).join("");
  return `<${localName}${written}>${Array.from(childNodes, asXml).join("")}</${localName}>`;
}

/** What draws: loaded when a report is made, and not before. */
export class Charts {
  readonly plot: Plot;
  readonly #document: Document;

  private constructor(plot: Plot, document: Document) {
    this.plot = plot;
    this.#document = document;
  }

  static async load(): Promise<Charts> {
    const [plot, { parseHTML }] = await Promise.all([import("@observablehq/plot"), import("linkedom")]);
    return new Charts(plot, parseHTML("<html><body></body></html>").document);
  }

  /** Axes are named at their middle, so that no name meets a legend or a tick. */
  draw({ name, title, alt, note, shape, legend, fontSize = 12, marks = [], ...options }: ChartOptions): Chart {
    const { width = 380, marginLeft = 54, marginRight = 16 } = options;
    const places = legendPlaces(legend?.names ?? [], width - 16);
    const rows = Math.max(0, ...places.map(({ row }) => row + 1));
    const [height, marginTop] = [options.height ?? 280, options.marginTop ?? 12].map((pixels) => pixels + 20 * rows);
    const axis = { labelAnchor: "center", labelArrow: "none", grid: true } as const;
    const entries = places.flatMap(({ x, row }, i) => {
      // Of the whole drawing, once, also where there are facets.
      const at = { frameAnchor: "top-left", facet: "super", dy: 8 + 20 * row - marginTop } as const;
      const dx = x + 8 - marginLeft;
      return [
        this.plot.dot([0], { ...at, dx, r: 4.5, fill: legend?.colors[i] }),
        this.plot.text([legend?.names[i]], { ...at, dx: dx + 10, lineAnchor: "middle", textAnchor: "start" }),
      ];
    });
    const drawing = this.plot.plot({
      marginBottom: 44,
      ...options,
      ...{ document: this.#document, width, height, marginLeft, marginRight, marginTop },
      style: { font: `${fontSize}px system-ui, sans-serif`, overflow: "visible" },
      x: { ...axis, ...options.x },
      y: { ...axis, ...options.y },
      marks: [...marks, ...entries],
    }) as SVGElement;
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", alt ?? [title, ...(legend?.names ?? [])].join("; "));
    const svg = asXml(drawing);
    // A file needs its namespace, which an element inside a page does not.
    drawing.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    Object.assign(drawing.style, { background: "white", color: "#222222" });
    return { name, title, svg, note, shape, file: `${asXml(drawing)}\n` };
  }
}
