import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const WIDTH = 640;

/** An SVG of the page's width, in its colours. */
export function draw(label: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    width: WIDTH,
    height: 260,
    marginLeft: 52,
    marginBottom: 40,
    ...options,
    ariaLabel: label,
    document,
  });
  return svg.outerHTML;
}
