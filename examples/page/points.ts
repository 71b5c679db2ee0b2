/** Points of a line, fewer of them, and without noise. */

export type Point = readonly [x: number, y: number];

/** At most so many points, each the mean of those it stands for. */
export function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, k): Point => {
    const part = points.slice(Math.floor((k * points.length) / most), Math.floor(((k + 1) * points.length) / most));
    return [part.at(-1)![0], part.reduce((sum, [, y]) => sum + y, 0) / part.length];
  });
}

/** Each point as the mean of those before it, the nearer the more: what is left of a loss without its noise. */
export function smoothed(points: readonly Point[], share = 0.1): Point[] {
  let mean = points[0]?.[1] ?? 0;
  return points.map(([x, y], i): Point => {
    mean += Math.max(share, 1 / (i + 1)) * (y - mean);
    return [x, mean];
  });
}
