/** Stryker's build command: makes the killer of the instrumented sources that it stands in. */
import { bundleKiller } from './bundle.ts';

await bundleKiller(process.cwd(), process.cwd());
