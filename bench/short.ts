/** With `--short` a run only shows that it works: little is measured, and the page stays as it is. */
export const short = process.argv.includes('--short');
