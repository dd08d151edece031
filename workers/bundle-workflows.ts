import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { BUNDLE_FILE } from './bundle-file.ts';

/*
 * The last step of the build. The bundle is made ahead, so that a worker starts at once
 * and a workflow that cannot be bundled fails the build; it is kept while its sources are the same.
 */
const folders = ['workflows', 'schemas', 'hashers', 'kernels', 'format'].map((name) =>
  fileURLToPath(new URL(`../${name}/`, import.meta.url)),
);
const header = `// sources ${digestOf(folders)}\n`;

if (!existsSync(BUNDLE_FILE) || !readFileSync(BUNDLE_FILE, 'utf8').startsWith(header)) {
  const workflowsPath = fileURLToPath(new URL('../workflows/workflows.js', import.meta.url));
  const logger = {
    log() {},
    trace() {},
    debug() {},
    info() {},
    warn: console.warn,
    error: console.error,
  };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  const fresh = `${BUNDLE_FILE}.${process.pid}`;
  writeFileSync(fresh, header + code);
  renameSync(fresh, BUNDLE_FILE);
}

function digestOf(sources: string[]): string {
  const hash = createHash('sha256');
  for (const folder of sources.filter((name) => existsSync(name))) {
    // Chapters lie below the folder.
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((each) => each.endsWith('.js')).sort()) {
      hash.update(name).update(readFileSync(folder + name));
    }
  }
  return hash.digest('hex');
}
