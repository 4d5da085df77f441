/** Files that the build leaves in Stryker's sandbox. */

/** The process that judges mutants. */
export const KILLER_FILE = 'killer.mjs';
/** What it loads anew for each of them. */
export const SUITE_FILE = 'suite.cjs';
/** The packages that the suite requires: a JSON list of names. */
export const PACKAGES_FILE = 'suite-packages.json';
