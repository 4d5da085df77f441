/**
 * Run by `prepare`: makes `npx psl-verify` work in a checkout. npm links the commands of dependencies into
 * node_modules/.bin, but not those of the package itself.
 */
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('main.js', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
// Windows has no use for the link: `node dist/cli/main.js` works everywhere.
if (process.platform !== 'win32' && existsSync(modules)) {
  const folder = join(modules, '.bin');
  const link = join(folder, 'psl-verify');
  chmodSync(command, 0o755);
  mkdirSync(folder, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(folder, command), link);
}
