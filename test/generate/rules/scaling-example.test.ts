import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { needs } from '../../support/peers.js';

const promtool = '/usr/bin/promtool';
const example = join(import.meta.dirname, '../../../deploy/prometheus/scaling.yml');

t.test(
  'Prometheus reads the jobs for many agents, with the rules beside them',
  needs(promtool, 'prometheus'),
  async (t) => {
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'config', example], { encoding: 'utf8' });
    t.equal(status, 0, `${stdout}${stderr}`);
  },
);
