import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { PROJECT_ROOT } from './configuration.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;

// In a process of its own, because Node's own recursive mkdir turns there for ever.
onLinux(
  'a data folder that the system lets nobody make is refused with a sentence, and not tried for ever',
  () => {
    const program = `import { prepareDataDirectory } from './embedded/data-directory.ts';
    try { prepareDataDirectory('/proc/orders/data'); } catch (error) { console.log(error.message); }`;
    const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: PROJECT_ROOT,
      encoding: 'utf8',
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
    expect({ stdout, signal }).toEqual({
      stdout:
        'The data folder /proc/orders/data cannot be used: it cannot be made there. ' +
        'Name another folder by EMBEDDED_DATA_DIR.\n',
      signal: null,
    });
  },
  30_000,
);
