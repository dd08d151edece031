import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

const LONGEST_WAIT_MS = 60_000;

export interface BrowserView {
  width: number;
  height: number;
  dark?: boolean;
}

/** One tab of a Chromium without a window. */
export interface Browser {
  goto(address: string): Promise<void>;
  /** The value of an expression in the page, a promise's result included. */
  evaluate(expression: string): Promise<unknown>;
  /** Until the expression holds, looked at with each frame. Rejects after a minute. */
  until(expression: string): Promise<void>;
  type(text: string): Promise<void>;
  /** A key by its name, such as Enter or ArrowDown. */
  press(key: string): Promise<void>;
  view(view: BrowserView): Promise<void>;
  /** A PNG of what is in view. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

interface Reply {
  id?: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/**
 * Starts Chromium and speaks its DevTools protocol over two pipes, so that keys can be pressed and
 * no port is open.
 */
export async function openBrowser(chromium: string, profile: string): Promise<Browser> {
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe'];
  const child = spawn(chromium, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const send = commands(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const { targetInfos } = await send('Target.getTargets');
  const [page] = (targetInfos as { type: string; targetId: string }[]).filter(
    ({ type }) => type === 'page',
  );
  const attached = await send('Target.attachToTarget', { targetId: page!.targetId, flatten: true });
  const session = attached['sessionId'] as string;
  const tell = (method: string, parameters = {}) => send(method, parameters, session);

  async function evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await tell('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value?: unknown }).value;
  }

  async function until(expression: string): Promise<void> {
    const holds = await evaluate(`new Promise((resolve) => {
      const last = performance.now() + ${LONGEST_WAIT_MS};
      const look = () => {
        if (${expression}) resolve(true);
        else if (performance.now() > last) resolve(false);
        else requestAnimationFrame(look);
      };
      look();
    })`);
    if (holds === true) return;
    throw new Error(`never: ${expression}; ${String(await evaluate('document.body?.innerText'))}`);
  }

  return {
    async goto(url) {
      await tell('Page.navigate', { url });
      await until(`document.readyState === 'complete'`);
    },
    evaluate,
    until,
    type: async (text) => void (await tell('Input.insertText', { text })),
    async press(key) {
      // A form is sent by the character of Enter, not by its key.
      const text = key === 'Enter' ? { text: '\r' } : {};
      const code = { Enter: 13, Escape: 27, ArrowUp: 38, ArrowDown: 40 }[key];
      const event = { key, ...text, windowsVirtualKeyCode: code ?? key.codePointAt(0) };
      await tell('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
      await tell('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    },
    async view({ width, height, dark = false }) {
      const device = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
      await tell('Emulation.setDeviceMetricsOverride', device);
      const scheme = { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' };
      await tell('Emulation.setEmulatedMedia', { features: [scheme] });
    },
    async screenshot() {
      const { data } = await tell('Page.captureScreenshot', { format: 'png' });
      return Buffer.from(data as string, 'base64');
    },
    async close() {
      const closed = child.exitCode === null ? once(child, 'exit') : undefined;
      await send('Browser.close');
      await closed;
    },
  };
}

/** Commands end with a zero byte, and so do replies; those without a number are events. */
function commands(input: Writable, output: Readable) {
  const waiting = new Map<number, (reply: Reply) => void>();
  let [asked, rest] = [0, ''];
  output.setEncoding('utf8').on('data', (chunk: string) => {
    const replies = (rest + chunk).split('\0');
    rest = replies.pop()!;
    for (const text of replies) {
      const reply = JSON.parse(text) as Reply;
      if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
    }
  });
  output.on('close', () => {
    const error = { message: 'the browser has ended' };
    for (const settle of waiting.values()) settle({ error });
  });
  return async (method: string, params = {}, sessionId?: string) => {
    const id = ++asked;
    const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    input.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    const { result, error } = await reply;
    waiting.delete(id);
    if (!result) throw new Error(`${method}: ${error?.message}`);
    return result;
  };
}
