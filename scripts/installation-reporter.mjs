/** A line of progress where there is no terminal to rewrite it. */
const LINE_EVERY_MS = 10_000;

/**
 * Tells how far an installation is: on a terminal in one line that is rewritten, in a log in a line now and then, for
 * programs in JSON lines (docs/running-embedded.md).
 */
export function installationReporter({ json = false, output = process.stdout, now = Date.now } = {}) {
  const startedAt = now();
  let toldAt = startedAt;
  let width = 0;

  function tell(event, fields, line) {
    output.write(json ? `${JSON.stringify({ event, ...fields })}\n` : line);
  }

  return {
    begin(reason) {
      tell('installing', { reason }, `${reason} ...\n`);
    },
    progress(installed, total) {
      const rewrites = output.isTTY === true && !json;
      if (!rewrites && now() - toldAt < LINE_EVERY_MS) {
        return;
      }
      toldAt = now();
      const line = `  ${installed} of ${total} packages, ${Math.round((toldAt - startedAt) / 1_000)} s`;
      tell('installing', { installed, total }, rewrites ? `\r${line.padEnd(width)}` : `${line}\n`);
      width = line.length;
    },
    end() {
      const seconds = Math.round((now() - startedAt) / 1_000);
      const line = `Packages are installed (${seconds} s).`;
      tell('installed', { seconds }, `${width > 0 && output.isTTY === true ? '\r' : ''}${line.padEnd(width)}\n`);
    },
  };
}
