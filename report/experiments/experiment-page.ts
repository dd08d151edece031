import { escapeHtml as text } from '../escape-html.ts';
import { htmlPage } from '../html-page.ts';

interface ExperimentPage {
  title: string;
  /** Tables and lines between them, in Markdown. */
  table: string;
  figures: { svg: string; caption: string }[];
}

/**
 * The page of an experiment: one file with its tables and plots, as a run has one; nothing from the
 * network.
 */
export function experimentPage({ title, table, figures }: ExperimentPage): string {
  const pictures = figures.map(
    ({ svg, caption }) => `<figure>${svg}<figcaption>${text(caption)}</figcaption></figure>`,
  );
  const body = `<h1>${text(title)}</h1>
<section>
${tables(table)}
</section>
<section class="pair">
${pictures.join('\n')}
</section>`;
  return htmlPage({ title, body });
}

/**
 * Tables of Markdown as HTML; another line is a paragraph, one with # a heading. Columns of numbers
 * stand to the right.
 */
function tables(markdown: string): string {
  const html: string[] = [];
  let rows: string[][] = [];
  const close = () => {
    const [head, , ...body] = rows;
    if (head) {
      const numbers = head.map(
        (_, at) => at > 0 && body.every((cells) => NUMBER.test(cells[at] ?? '')),
      );
      html.push(
        `<div class="scroll"><table><thead>${row(head, 'th', numbers)}</thead>` +
          `<tbody>${body.map((cells) => row(cells, 'td', numbers)).join('\n')}</tbody></table></div>`,
      );
    }
    rows = [];
  };
  for (const line of [...markdown.split('\n'), '']) {
    if (line.startsWith('|')) {
      rows.push(
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
      continue;
    }
    close();
    if (line.startsWith('#')) html.push(`<h2>${text(line.replace(/^#+ */, ''))}</h2>`);
    else if (line !== '') html.push(`<p>${inline(line)}</p>`);
  }
  return html.join('\n');
}

/** What a column of numbers holds: one, with what may stand behind it, or nothing. */
const NUMBER = /^(\**[+-]?\.?\d.*)?$/;

function row(cells: readonly string[], tag: 'th' | 'td', numbers: readonly boolean[]): string {
  const shown = cells.map((cell, at) => {
    const style = numbers[at] ? ' class="number"' : '';
    return `<${tag}${style}>${inline(cell)}</${tag}>`;
  });
  return `<tr>${shown.join('')}</tr>`;
}

const inline = (line: string): string => text(line).replaceAll(/\*\*(.+?)\*\*/g, '<b>$1</b>');
