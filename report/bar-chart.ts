export interface Bar {
  label: string;
  /** In [0, 1]. */
  value: number;
  /** Half the length of its whisker. */
  spread: number;
  /** A line across the bar. */
  mark?: number;
}

const WIDTH = 640;
const LEFT = 220;
const STEP = 26;

/** Horizontal bars on a scale from 0 to 1, as SVG. */
export function barChart(title: string, bars: Bar[]): string {
  const height = 60 + STEP * bars.length;
  const x = (value: number) =>
    (LEFT + (WIDTH - LEFT - 60) * Math.min(1, Math.max(0, value))).toFixed(1);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) =>
      `<line x1="${x(tick)}" y1="32" x2="${x(tick)}" y2="${height - 20}" ` +
      `stroke="#ddd"/><text x="${x(tick)}" y="${height - 6}" ` +
      `text-anchor="middle">${tick}</text>`,
  );
  const drawn = bars.map(({ label, value, spread, mark }, at) => {
    const y = 36 + STEP * at;
    const middle = y + 8;
    return [
      `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${x(0)}" y="${y}" width="${(Number(x(value)) - Number(x(0))).toFixed(1)}" ` +
        'height="16" fill="#4878a8"/>',
      `<line x1="${x(value - spread)}" y1="${middle}" x2="${x(value + spread)}" ` +
        `y2="${middle}" stroke="#222" stroke-width="2"/>`,
      ...(mark === undefined
        ? []
        : [
            `<line x1="${x(mark)}" y1="${y - 3}" x2="${x(mark)}" y2="${y + 19}" ` +
              'stroke="#c44" stroke-width="2"/>',
          ]),
      `<text x="${Number(x(Math.max(value, mark ?? 0))) + 8}" ` +
        `y="${y + 12}">${value.toFixed(3)}</text>`,
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" ` +
      'font-family="sans-serif" font-size="12">',
    '<rect width="100%" height="100%" fill="white"/><text x="8" y="18" ' +
      `font-size="14">${escaped(title)}</text>`,
    ...ticks,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
