const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes for a person, in powers of 1000 with three digits: `0 B`, `12.3 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  let digits = value >= 9.995 ? 1 : 2;
  if (unit === 0 || value >= 99.95) digits = 0;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

/**
 * Bytes of `500MB`, `1.2 TB` (powers of 1000), `64GiB` (of 1024), `12345`; undefined when the text
 * is no size.
 */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgtp]?)(i?)b)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const power = ['', 'k', 'm', 'g', 't', 'p'].indexOf((match[2] ?? '').toLowerCase());
  const value = Math.round(Number(match[1]) * (match[3] ? 1024 : 1000) ** power);
  return value > 0 && Number.isSafeInteger(value) ? value : undefined;
}

/** A duration for a person: `0.3 s`, `12 s`, `3 min 05 s`, `2 h 07 min`, `3 d 4 h`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A whole number with its thousands apart: `1,234,567`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/**
 * A figure of a metric or a heartbeat: whole numbers as counts, others with four significant
 * digits.
 */
export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) || Math.abs(value) >= 10_000) return formatCount(value);
  const text = value.toPrecision(4);
  return text.includes('e') ? text : text.replace(/\.?0+$/, '');
}

/** A moment for a person, in the local time zone: `2026-11-21 09:59:03`. */
export function formatTime(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return (
    `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ` +
    `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  );
}

const DURATION_MS = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

/** The shortest way to write milliseconds that `parseDuration` reads back: `1d`, `90m`. */
export function formatDuration(milliseconds: number): string {
  const units = Object.entries(DURATION_MS).toSorted(([, a], [, b]) => b - a);
  const [unit, size] = units.find(
    ([, each]) => each !== DURATION_MS.w && milliseconds % each === 0,
  ) ?? ['ms', 1];
  return `${milliseconds / size}${unit}`;
}

/** Milliseconds of `90s`, `5m`, `1.5h`, `1d`; undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/.exec(text.trim());
  if (match === null) return undefined;
  const milliseconds = Number(match[1]) * DURATION_MS[match[2] as keyof typeof DURATION_MS];
  return milliseconds > 0 && Number.isFinite(milliseconds) ? Math.round(milliseconds) : undefined;
}
