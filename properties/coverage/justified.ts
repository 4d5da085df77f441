/** What is in the statecharts, and still cannot be reached: with the reason why it is there all the same. */

/** Why it cannot be reached, by its id. */
export const JUSTIFIED: Readonly<Record<string, string>> = {};
