/** Between two reports: each wakes another thread. */
const REPORT_MS = 200;

/** Passes a report on when the last one is long enough ago. */
export function throttled(
  onProgress: (done: number, total: number) => void,
): (done: number, total: number) => void {
  let reported = Date.now();
  return (done, total) => {
    if (Date.now() - reported < REPORT_MS) return;
    reported = Date.now();
    onProgress(done, total);
  };
}
