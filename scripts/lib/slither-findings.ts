/** What Slither reports of one finding, as far as it is used here. */
export interface Finding {
  readonly check: string;
  readonly impact: string;
  readonly description: string;
  readonly elements: readonly Element[];
}

interface Element {
  readonly type: string;
  readonly name: string;
  readonly type_specific_fields?: { readonly parent?: Element };
}

/** How a row of the list begins. */
export const key = "| check | place |";

/** Findings by check and place; a second one of the same check at the same place gets a number. No lines: those move. */
export function keysOf(findings: readonly Finding[]): Map<string, Finding> {
  const keyed = new Map<string, Finding>();
  for (const finding of findings) {
    const name = `| ${finding.check} | ${placeOf(finding.elements[0])}`;
    let number = 2;
    let unique = `${name} |`;
    while (keyed.has(unique)) unique = `${name} (${number++}) |`;
    keyed.set(unique, finding);
  }
  return keyed;
}

/** The keys of the rows of a list, `| check | place | reason |` each; a row without a reason is none. */
export function reviewed(markdown: string): Set<string> {
  const rows = markdown.matchAll(/^(\| [a-z0-9-]+ \| [^|]+ \|) [^|]+ \|$/gm);
  return new Set([...rows].map(([, row = ""]) => row).filter((row) => row !== key));
}

/** `Contract.function`, `Contract.variable` or a contract. */
function placeOf(element: Element | undefined): string {
  if (!element || element.type === "pragma") return "all files";
  const parent = element.type_specific_fields?.parent;
  if (element.type === "node" && parent) return placeOf(parent);
  return parent ? `${placeOf(parent)}.${element.name}` : element.name;
}
