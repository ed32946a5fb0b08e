import t from 'tap';
import {
  defaultUnit,
  renderAgentUnit,
  renderProxySocket,
  renderProxyUnit,
  type UnitOptions,
} from '../../agent/deploy/unit.js';
import { exposureOf, systemdAnalyze, verifyUnits } from '../support/systemd-analyze.js';

/** verify wants a program that is there. */
const installed: UnitOptions = { ...defaultUnit, program: process.execPath };

t.test('systemd finds no fault in the units', systemdAnalyze, async (t) => {
  const units = {
    'tidb-mtls-agent.service': renderAgentUnit(installed),
    'tidb-mtls-proxy.service': renderProxyUnit({ ...installed, config: '/etc/tidb-mtls-agent/proxy.toml' }),
    'tidb-mtls-proxy.socket': renderProxySocket(),
  };
  t.equal(verifyUnits(t, units), '');
  const misspelt = { 'misspelt.service': renderAgentUnit(installed).replace('ProtectSystem', 'ProtectSytem') };
  t.match(verifyUnits(t, misspelt), /ProtectSytem/, 'it would say so');
});

t.test(
  'systemd calls their exposure 1.4 of 10 at most, and that of the agent, which sees processes, 1.6',
  systemdAnalyze,
  async (t) => {
    const agent = renderAgentUnit(defaultUnit);
    for (const [unit, most] of [
      [agent, 1.6],
      [renderProxyUnit(), 1.4],
    ] as const) {
      const exposure = exposureOf(t, unit);
      t.ok(exposure <= most, `${exposure}`);
    }
    t.ok(exposureOf(t, agent.replace(/^SystemCallFilter=.*$/gm, '')) > 1.6, 'a restriction that went missing shows');
  },
);

t.test('a path with spaces, quotes and specifiers reaches the program as it is', systemdAnalyze, async (t) => {
  const unit = renderAgentUnit({ ...installed, config: '/etc/my "agent"/100%/$HOME\\x.toml' });
  t.match(unit, 'ExecStart=');
  t.match(unit, '--config "/etc/my \\"agent\\"/100%%/$$HOME\\\\x.toml"');
  t.equal(verifyUnits(t, { 'spaced.service': unit }), '');
});

t.test("a user's own systemd gets a unit without what only root's can do", systemdAnalyze, async (t) => {
  const unit = renderAgentUnit({ ...installed, account: undefined });
  t.notMatch(unit, /^(User|Group|StateDirectory|ProtectSystem|PrivateMounts|CapabilityBoundingSet)=/m);
  t.match(unit, 'WantedBy=default.target');
  t.equal(verifyUnits(t, { 'own.service': unit }), '');
});
