export type Point = readonly [x: number, y: number];
/** A formula's line, and a simulation's dots on it. */
export type Series = {
  readonly name: string;
  readonly line: readonly Point[];
  readonly dots: readonly Point[];
};
export type Axis = {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
  readonly ticks: readonly (readonly [value: number, label: string])[];
};
export type Chart = {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Where in the plot there is room for the legend, at its left edge. */
  readonly legend: "top" | "bottom";
};

const panel = { width: 480, height: 380 };
const plot = { left: 76, top: 44, right: 460, bottom: 320 };
const lineHeight = 20;

/** Charts side by side as one SVG. All colours are legible on white and on black: a picture in a page does not know the page's theme. */
export function chart(charts: readonly Chart[]): string {
  const width = panel.width * charts.length;
  const body = charts.map(
    (one, i) => `<g transform="translate(${i * panel.width} 0)">\n${draw(one)}\n</g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${panel.height}" role="img" aria-label="${charts.map(({ title }) => title).join("; ")}">`,
    "<style>",
    "  text { font: 13px system-ui, sans-serif; fill: #6e7781; }",
    "  .title { font-size: 15px; font-weight: 600; }",
    "  .grid { stroke: #6e7781; stroke-opacity: 0.3; }",
    "  .line { fill: none; stroke-width: 2; }",
    "  .c0 { stroke: #2f81f7; fill: #2f81f7; }",
    "  .c1 { stroke: #d4760a; fill: #d4760a; }",
    "  .c2 { stroke: #a05bd6; fill: #a05bd6; }",
    "  path.line { fill: none; }",
    "</style>",
    ...body,
    "</svg>\n",
  ].join("\n");
}

function draw({ title, x, y, series, legend }: Chart): string {
  const toX = scale(x, plot.left, plot.right);
  const toY = scale(y, plot.bottom, plot.top);
  const middle = { x: (plot.left + plot.right) / 2, y: (plot.top + plot.bottom) / 2 };
  const at = ([valueX, valueY]: Point) => `${round(toX(valueX))} ${round(toY(valueY))}`;
  return [
    `<text class="title" x="${plot.left}" y="24">${title}</text>`,
    ...x.ticks.flatMap(([value, label]) => [
      `<path class="grid" d="M${round(toX(value))} ${plot.top}V${plot.bottom}"/>`,
      `<text x="${round(toX(value))}" y="${plot.bottom + 20}" text-anchor="middle">${label}</text>`,
    ]),
    ...y.ticks.flatMap(([value, label]) => [
      `<path class="grid" d="M${plot.left} ${round(toY(value))}H${plot.right}"/>`,
      `<text x="${plot.left - 8}" y="${round(toY(value) + 4)}" text-anchor="end">${label}</text>`,
    ]),
    `<text x="${middle.x}" y="${plot.bottom + 46}" text-anchor="middle">${x.title}</text>`,
    `<text transform="translate(18 ${middle.y}) rotate(-90)" text-anchor="middle">${y.title}</text>`,
    ...series.flatMap(({ line, dots }, i) => [
      `<path class="line c${i}" d="M${line.map(at).join("L")}"/>`,
      ...dots.map(
        (dot) => `<circle class="c${i}" cx="${at(dot).replace(" ", '" cy="')}" r="3.5"/>`,
      ),
    ]),
    ...series.map(({ name }, i) => legendLine(name, i, series.length, legend)),
  ].join("\n");
}

function legendLine(name: string, index: number, count: number, place: Chart["legend"]): string {
  const first = place === "top" ? plot.top + 20 : plot.bottom - 14 - (count - 1) * lineHeight;
  const y = first + index * lineHeight;
  const left = plot.left + 12;
  return `<path class="line c${index}" d="M${left} ${y - 4}h24"/><text x="${left + 32}" y="${y}">${name}</text>`;
}

function scale({ from, to, log }: Axis, start: number, end: number): (value: number) => number {
  const position = log ? Math.log : (value: number) => value;
  const [low, high] = [position(from), position(to)];
  return (value) => start + ((position(value) - low) / (high - low)) * (end - start);
}

function round(value: number): string {
  return value.toFixed(1);
}
