/** Chart: lines over the steps of training, with the numbers as a table behind it. */

import { useState } from "preact/hooks";
import "./chart.css";
import "./details.css";
import { type Point, thinned } from "./points.js";

export interface Series {
  name: string;
  points: readonly Point[];
  /** Of the line: a class of the style sheet. */
  look: string;
}

interface ChartProps {
  title: string;
  series: readonly Series[];
  /** What the numbers go from and to. Default: from 0 to the largest. */
  range?: readonly [low: number, high: number];
  format: (y: number) => string;
}

const [WIDTH, HEIGHT] = [360, 156];
const EDGE = { left: 42, right: 10, top: 10, bottom: 24 };

/** So many places of a line can be told apart. */
const PLACES = 120;

/** So many rows of a table can be read. */
const ROWS = 20;

/** 1, 2 or 5 times a power of ten, so that `parts` of it cover the range. */
function stepOf(span: number, parts: number): number {
  const power = 10 ** Math.floor(Math.log10(span / parts));
  return [1, 2, 5, 10].map((k) => k * power).find((size) => size * parts >= span * 0.999)!;
}

function ticks([low, high]: readonly [number, number], parts: number): number[] {
  const size = stepOf(high - low, parts);
  const first = Math.ceil(low / size - 1e-9);
  return Array.from({ length: Math.floor(high / size + 1e-9) - first + 1 }, (_, i) => (first + i) * size);
}

export function Chart({ title, series, range, format }: ChartProps) {
  const all = series.flatMap(({ points }) => points);
  const lastX = Math.max(10, ...thinned(all, PLACES).map(([x]) => x), all.at(-1)?.[0] ?? 0);
  const [low, high] = range ?? [0, Math.max(0.1, ...all.map(([, y]) => y))];
  const x = (value: number) => EDGE.left + (value / lastX) * (WIDTH - EDGE.left - EDGE.right);
  const y = (value: number) => {
    const share = (Math.min(high, Math.max(low, value)) - low) / (high - low);
    return HEIGHT - EDGE.bottom - share * (HEIGHT - EDGE.top - EDGE.bottom);
  };
  const line = (points: readonly Point[]) =>
    points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(" ");
  const latest = series.map(({ name, points }) => points.length > 0 && `${name} ${format(points.at(-1)![1])}`);
  const summary = latest.filter(Boolean).join(", ") || "nothing yet";
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}: ${summary}`}>
        {ticks([low, high], 4).map((value) => (
          <g key={value} class="tick">
            <line x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(value)} y2={y(value)} />
            <text x={EDGE.left - 6} y={y(value) + 4} text-anchor="end">
              {format(value)}
            </text>
          </g>
        ))}
        {ticks([0, lastX], 4).map((value) => (
          <text key={value} x={x(value)} y={HEIGHT - 7} text-anchor="middle">
            {value}
          </text>
        ))}
        {series.map(({ name, points, look }) => (
          <polyline key={name} class={look} points={line(thinned(points, PLACES))} />
        ))}
      </svg>
      <Numbers title={title} series={series} format={format} />
    </figure>
  );
}

/** The table behind a chart, which is there when it is opened. */
function Numbers({ title, series, format }: Omit<ChartProps, "range">) {
  const [open, setOpen] = useState(false);
  const rows = thinned(series[0].points, ROWS);
  const at = (points: readonly Point[], step: number) => points.findLast(([px]) => px <= step);
  return (
    <details class="numbers" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Numbers</summary>
      {open && (
        <table>
          <caption class="unseen">{title}</caption>
          <thead>
            <tr>
              <th scope="col">step</th>
              {series.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([step]) => (
              <tr key={step}>
                <th scope="row">{step}</th>
                {series.map(({ name, points }) => {
                  const point = at(points, step);
                  return <td key={name}>{point ? format(point[1]) : "–"}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
