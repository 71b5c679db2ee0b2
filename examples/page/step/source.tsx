/** Source: the lines of torchlet that compute an operation. */

import "../details.css";
import { excerptOf } from "./sources.js";

export function Source({ path, operation }: { path: string; operation: string }) {
  const excerpt = excerptOf(path, operation);
  if (!excerpt) return null;
  const { first, named, lines } = excerpt;
  return (
    <details class="source">
      <summary>
        {path}:{named}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <pre tabIndex={0}>
        {lines.map((line, i) => (
          <code key={first + i} class={first + i === named ? "named" : undefined}>
            <span>{first + i}</span> {line}
            {"\n"}
          </code>
        ))}
      </pre>
    </details>
  );
}
