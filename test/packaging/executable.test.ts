import { join } from 'node:path';
import t from 'tap';
import { bundle } from '../../packaging/bundle.js';
import { embed } from '../../packaging/executable.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { worksAlone } from '../support/works-alone.js';

const linux = { skip: process.platform === 'linux' ? false : 'executables are built on Linux' };

t.test('the single executable does everything alone in an empty directory', linux, async (t) => {
  const folder = temporaryDirectory(t);
  const [program, executable] = [join(folder, 'agent.cjs'), join(folder, 'tidb-mtls-agent')];
  await bundle('commonjs', program);
  embed({ program, node: process.execPath, host: process.execPath, executable });
  await worksAlone(t, { command: executable, before: [], directory: temporaryDirectory(t) });
});
