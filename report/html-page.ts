import { escapeHtml as text } from './escape-html.ts';
import { PAGE_STYLE } from './page-style.ts';

/**
 * A page in one file that asks nothing of the network; `body` is HTML, scripts run only where
 * `scripts` says so.
 */
export function htmlPage({
  title,
  body,
  scripts = false,
}: {
  title: string;
  body: string;
  scripts?: boolean;
}): string {
  const policy =
    `default-src 'none'; style-src ` +
    `'unsafe-inline';${scripts ? " script-src 'unsafe-inline';" : ''} img-src data:`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${text(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
