import type { Section } from "./figures.ts";

/** Puts each section's table and verdict between its markers, `<!-- simulate:id -->` and `<!-- /simulate -->`. */
export function fill(document: string, sections: readonly Section[]): string {
  return sections.reduce((text, section) => {
    const start = `<!-- simulate:${section.id} -->\n`;
    const from = text.indexOf(start);
    const to = text.indexOf("<!-- /simulate -->", from);
    if (from < 0 || to < 0) {
      throw new Error(
        `docs/economics.md has no place for the table "${section.id}". Add the lines ${start.trim()} and <!-- /simulate -->.`,
      );
    }
    return text.slice(0, from + start.length) + markdown(section) + text.slice(to);
  }, document);
}

function markdown({ title, heading, rows, verdict }: Section): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = heading.map((_, column) => (column === 0 ? "---" : "---:"));
  return [`**${title}**`, "", ...[heading, rule, ...rows].map(line), "", verdict, ""].join("\n");
}
