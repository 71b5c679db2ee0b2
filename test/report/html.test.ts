/** Text in a page: what is escaped, and what a table makes of its cells. */

import { describe, expect, it } from "vitest";
import { pValue, shortened, signed } from "../../src/report/format.js";
import { Html, html, table } from "../../src/report/html.js";

describe("html", () => {
  it("escapes what is put in, in text and in attributes, one element of a list after the other", () => {
    const name = `<img src=x onerror='a'> & "b"`;
    expect(html`<p title="${name}">${[name, 1]}</p>`.text).toBe(
      '<p title="&lt;img src=x onerror=&#39;a&#39;&gt; &amp; &quot;b&quot;">' +
        "&lt;img src=x onerror=&#39;a&#39;&gt; &amp; &quot;b&quot;1</p>",
    );
  });

  it("leaves HTML as it is, and makes nothing of nothing", () => {
    expect(html`${html`<b>${"<"}</b>`}${new Html("<i>")}${undefined}`.text).toBe("<b>&lt;</b><i>");
  });

  it("a table sets numbers to the right, and names that begin with one to the left", () => {
    const { text } = table(
      ["file", "share"],
      [
        ["000041_1.jpg", "95.12\u00a0%"],
        ["<b>", ""],
      ],
    );
    expect(text).toContain('<th>file</th><th class="number">share</th>');
    expect(text).toContain('<td>000041_1.jpg</td><td class="number">95.12\u00a0%</td>');
    expect(text).toContain("<td>&lt;b&gt;</td>");
  });
});

describe("numbers", () => {
  it("have signs, and limits where they cannot be told", () => {
    const digits = (value: number) => value.toFixed(2);
    expect([signed(-0.5, digits), signed(0.25, digits)]).toEqual(["−0.50", "+0.25"]);
    expect([pValue(0.03125), pValue(1e-7)]).toEqual(["p = 0.0313", "p < 0.0001"]);
  });

  it("long names lose their middle", () => {
    expect(shortened("short.jpg", 9)).toBe("short.jpg");
    expect(shortened("a-very-long-name.jpg", 11)).toBe("a-ver…e.jpg");
  });
});
