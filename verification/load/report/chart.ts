import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';

/** One line of a panel. */
export interface ChartLine {
  readonly label: string;
  /** A CSS colour. */
  readonly colour: string;
  readonly filled?: boolean;
  /** One value for each point of the x axis; undefined leaves a gap. */
  readonly values: readonly (number | undefined)[];
}

/** One coordinate system of a chart. */
export interface ChartPanel {
  readonly title: string;
  readonly lines: readonly ChartLine[];
}

/** A named range of the x axis, drawn as a band behind all panels. */
export interface ChartBand {
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

/** Panels stacked over one x axis. */
export interface Chart {
  readonly title: string;
  readonly x_label: string;
  readonly x: readonly number[];
  readonly bands: readonly ChartBand[];
  readonly panels: readonly ChartPanel[];
}

const WIDTH = 960;
const LEFT = 64;
const RIGHT = 24;
const TOP = 64;
const PANEL_HEIGHT = 130;
const PANEL_GAP = 52;

/** Draws a chart as a self-contained SVG document, readable on a light and on a dark page. */
export function drawChart({ title, x_label, x, bands, panels }: Chart): string {
  const height = TOP + panels.length * (PANEL_HEIGHT + PANEL_GAP) + 8;
  const xScale = scaleLinear([x[0] ?? 0, Math.max(x.at(-1) ?? 1, 1)], [LEFT, WIDTH - RIGHT]);
  const bottom = height - PANEL_GAP - 8;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(LEFT, 24, title, 'font-size="16" font-weight="600"'),
    ...bands.flatMap((band, index) => drawBand(band, index, xScale, bottom)),
    ...panels.flatMap((panel, index) => drawPanel(panel, TOP + index * (PANEL_HEIGHT + PANEL_GAP), x, xScale)),
    ...xScale
      .ticks(10)
      .map((tick) => text(xScale(tick), bottom + 16, String(tick), 'text-anchor="middle" fill="#555"')),
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 36, x_label, 'text-anchor="middle" fill="#555"'),
    '</svg>',
  ].join('\n')}\n`;
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

function drawBand({ label, from, to }: ChartBand, index: number, xScale: Scale, bottom: number): readonly string[] {
  const [start, end] = [xScale(from), Math.min(xScale(to), WIDTH - RIGHT)];
  const fill = index % 2 === 0 ? '#f3f5f8' : '#fdf0d5';
  return [
    `<rect x="${round(start)}" y="${TOP - 20}" width="${round(end - start)}" height="${bottom - TOP + 20}" fill="${fill}"/>`,
    text((start + end) / 2, TOP - 24, label, 'text-anchor="middle" fill="#555"'),
  ];
}

function drawPanel(panel: ChartPanel, y: number, x: readonly number[], xScale: Scale): readonly string[] {
  const highest = Math.max(1, ...panel.lines.flatMap(({ values }) => values.filter((value) => value !== undefined)));
  const yScale = scaleLinear([0, highest], [y + PANEL_HEIGHT, y]).nice(4);
  const grid = yScale
    .ticks(4)
    .flatMap((tick) => [
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(yScale(tick))}" y2="${round(yScale(tick))}" stroke="#d0d4da"/>`,
      text(LEFT - 8, yScale(tick) + 4, tick.toLocaleString('en'), 'text-anchor="end" fill="#555"'),
    ]);
  const legend = panel.lines.map(
    ({ label, colour }, index) =>
      `<tspan x="${WIDTH - RIGHT - (panel.lines.length - 1 - index) * 90}" fill="${colour}">${escapeXml(label)}</tspan>`,
  );
  return [
    ...grid,
    ...panel.lines.map((chartLine) => drawLine(chartLine, x, xScale, yScale)),
    text(LEFT, y - 6, panel.title, 'font-weight="600"'),
    `<text y="${y - 6}" text-anchor="end" font-weight="600">${legend.join('')}</text>`,
  ];
}

function drawLine({ colour, filled, values }: ChartLine, x: readonly number[], xScale: Scale, yScale: Scale): string {
  const points = x.map((at, index) => ({ at, value: values[index] }));
  const isThere = ({ value }: (typeof points)[number]) => value !== undefined;
  const xOf = ({ at }: (typeof points)[number]) => round(xScale(at));
  const yOf = ({ value }: (typeof points)[number]) => round(yScale(value ?? 0));
  const path = line<(typeof points)[number]>().defined(isThere).x(xOf).y(yOf)(points) ?? '';
  const stroke = `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
  if (filled !== true) {
    return stroke;
  }
  const shape =
    area<(typeof points)[number]>()
      .defined(isThere)
      .x(xOf)
      .y0(round(yScale(0)))
      .y1(yOf)(points) ?? '';
  return `<path d="${shape}" fill="${colour}" fill-opacity="0.15"/>${stroke}`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
